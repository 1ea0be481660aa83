namespace PlanForensics.Numerics;

/// <summary>The cosine of an angle in radians.</summary>
internal readonly struct CosFunction : IPortableFunction
{
    public static float LaneLimit => QuarterTurns.LaneLimit;

    public static T Apply<TLanes, T>(T x)
        where TLanes : struct, ILanes<T>
        where T : struct => QuarterTurns.Sine<TLanes, T>(x, 1);

    public static double Outside(float x) => QuarterTurns.SineOfAny(x, 1);
}
