namespace PlanForensics.Numerics;

/// <summary>tanh |x| = t / (t + 2) with t = e^(2|x|) - 1, then the sign of x; from 20 on the rounded result is 1.</summary>
internal readonly struct TanhFunction : IPortableFunction
{
    public static float LaneLimit => float.PositiveInfinity;

    public static T Apply<TLanes, T>(T x)
        where TLanes : struct, ILanes<T>
        where T : struct
    {
        T sign = TLanes.And(x, TLanes.Create(-0.0));
        T magnitude = PortableSteps.Clamp<TLanes, T>(TLanes.Xor(x, sign), 0, 20);
        T reduced = PortableSteps.ReducedExpMinusOne<TLanes, T>(TLanes.Add(magnitude, magnitude), out T shifted);
        T one = TLanes.Create(1.0);
        T scale = PortableSteps.Scale<TLanes, T>(one, shifted);
        // 2^k (e^r - 1) + (2^k - 1), the second part exact; for k = 0 the small t keeps its relative accuracy.
        T t = TLanes.FusedMultiplyAdd(scale, reduced, TLanes.Subtract(scale, one));
        return TLanes.Or(TLanes.Divide(t, TLanes.Add(t, TLanes.Create(2.0))), sign);
    }

    public static double Outside(float x) => FormatLimits.CanonicalNaN64;
}
