namespace PlanForensics.Numerics;

/// <summary>The sine of an angle in radians.</summary>
internal readonly struct SinFunction : IPortableFunction
{
    public static float LaneLimit => QuarterTurns.LaneLimit;

    public static T Apply<TLanes, T>(T x)
        where TLanes : struct, ILanes<T>
        where T : struct => QuarterTurns.Sine<TLanes, T>(x, 0);

    public static double Outside(float x) => QuarterTurns.SineOfAny(x, 0);
}
