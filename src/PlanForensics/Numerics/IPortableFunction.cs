namespace PlanForensics.Numerics;

/// <summary>A function of one fp32 number, evaluated in fp64 lanes and rounded once to fp32 by the caller.</summary>
internal interface IPortableFunction
{
    /// <summary>Lanes take arguments whose magnitude is at most this; the rest, and NaN, go to <see cref="Outside"/>.</summary>
    static abstract float LaneLimit { get; }

    /// <summary>The function on lanes. A NaN result is made canonical by the caller.</summary>
    static abstract T Apply<TLanes, T>(T x)
        where TLanes : struct, ILanes<T>
        where T : struct;

    /// <summary>The function of one argument that lanes do not take.</summary>
    static abstract double Outside(float x);
}
