namespace PlanForensics.Numerics;

/// <summary>2^x; x - k is exact, so integers give exact powers.</summary>
internal readonly struct Exp2Function : IPortableFunction
{
    public static float LaneLimit => float.PositiveInfinity;

    public static T Apply<TLanes, T>(T x)
        where TLanes : struct, ILanes<T>
        where T : struct
    {
        x = PortableSteps.Clamp<TLanes, T>(x, -160, 130);
        T shifted = TLanes.Add(x, TLanes.Create(PortableSteps.ToInteger));
        T fraction = TLanes.Subtract(x, TLanes.Subtract(shifted, TLanes.Create(PortableSteps.ToInteger)));
        return PortableSteps.Exp2<TLanes, T>(fraction, shifted);
    }

    public static double Outside(float x) => FormatLimits.CanonicalNaN64;
}
