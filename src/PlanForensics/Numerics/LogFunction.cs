namespace PlanForensics.Numerics;

/// <summary>ln x; every positive fp32 number, subnormals included, is a normal fp64 number.</summary>
internal readonly struct LogFunction : IPortableFunction
{
    public static float LaneLimit => float.PositiveInfinity;

    public static T Apply<TLanes, T>(T x)
        where TLanes : struct, ILanes<T>
        where T : struct
    {
        T zero = TLanes.Create(0.0);
        T infinity = TLanes.Create(double.PositiveInfinity);
        T result = PortableSteps.Log<TLanes, T>(x);
        result = TLanes.SelectEqual(x, infinity, infinity, result);
        result = TLanes.SelectEqual(x, zero, TLanes.Create(double.NegativeInfinity), result);
        return TLanes.SelectLess(x, zero, TLanes.Create(FormatLimits.CanonicalNaN64), result);
    }

    public static double Outside(float x) => FormatLimits.CanonicalNaN64;
}
