namespace PlanForensics.Numerics;

/// <summary>1 / sqrt(x), two fp64 roundings; IEEE division and square root settle zeros, infinity and negatives.</summary>
internal readonly struct RsqrtFunction : IPortableFunction
{
    public static float LaneLimit => float.PositiveInfinity;

    public static T Apply<TLanes, T>(T x)
        where TLanes : struct, ILanes<T>
        where T : struct => TLanes.Divide(TLanes.Create(1.0), TLanes.Sqrt(x));

    public static double Outside(float x) => FormatLimits.CanonicalNaN64;
}
