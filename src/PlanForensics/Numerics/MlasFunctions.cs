namespace PlanForensics.Numerics;

/// <summary>The logistic function, the hyperbolic tangent and the error function of MLAS, the kernels of ONNX Runtime's CPU provider, bit for bit on a processor with FMA.</summary>
/// <remarks>All in fp32; polynomials by Horner with fma, the highest power first. A NaN gives the canonical NaN 0x7FC00000. Bitwise: identical on every machine. Source: the constants of MLAS (logistic.cpp,
/// tanh.cpp, erf.cpp); the operations, and that vector and scalar elements agree, by comparison with ONNX Runtime 1.31.1 (docs/engines.md).</remarks>
public static class MlasFunctions
{
    private const float LogisticLimit = 18;
    private const float TanhLimit = 9;
    private const float ErfLimit = 3.925f;
    private const float ErfSplit = 0.921875f;
    private const float LowestExponent = -88.3762626647949f;

    private static ReadOnlySpan<float> LogisticOdd => [4.37031012579801e-11f, 1.15627324459942e-07f, 6.08574864600143e-05f, 8.51377133304701e-03f, 2.48287947061529e-01f];

    private static ReadOnlySpan<float> LogisticEven =>
        [6.10247389755681e-13f, 5.76102136993427e-09f, 6.29106785017040e-06f, 1.70198817374094e-03f, 1.16817656904453e-01f, 9.93151921023180e-01f];

    private static ReadOnlySpan<float> TanhOdd =>
    [
        -2.76076847742355e-16f, 2.00018790482477e-13f, -8.60467152213735e-11f, 5.12229709037114e-08f, 1.48572235717979e-05f, 6.37261928875436e-04f, 4.89352455891786e-03f,
    ];

    private static ReadOnlySpan<float> TanhEven => [1.19825839466702e-06f, 1.18534705686654e-04f, 2.26843463243900e-03f, 4.89352518554385e-03f];

    private static ReadOnlySpan<float> ErfSmall => [-5.99104969e-4f, 4.99339588e-3f, -2.67667342e-2f, 1.12818025e-1f, -3.76124859e-1f, 1.28379151e-1f];

    private static ReadOnlySpan<float> ErfLarge => [1.72948930e-5f, -3.83208680e-4f, 3.88393435e-3f, -2.42545605e-2f, 1.06777847e-1f, 6.34846687e-1f, 1.28717512e-1f];

    private static ReadOnlySpan<float> ErfExponential => [1.38319808e-3f, 8.37550033e-3f, 4.16689515e-2f, 1.66664466e-1f, 4.99999851e-1f, 1, 1];

    /// <summary>1 / (1 + e^-x), MLAS's <c>MlasComputeLogistic</c>.</summary>
    /// <remarks>Evaluation: x clamped to -18 .. 18, <c>s = fl(x * x)</c>; <c>fl(fl(P(s) * x) / Q(s)) + 0.5</c> with P of degree 4 and Q of degree 5, clamped to 0 .. 1. Special values: the infinities
    /// give what -18 and 18 give.</remarks>
    /// <param name="x">The argument.</param>
    /// <returns>The value. Bitwise: identical on every machine.</returns>
    public static float Logistic(float x)
    {
        if (float.IsNaN(x))
            return FormatLimits.CanonicalNaN32;
        float clamped = Math.Clamp(x, -LogisticLimit, LogisticLimit);
        float square = clamped * clamped;
        float value = (Horner(LogisticOdd, square) * clamped / Horner(LogisticEven, square)) + 0.5f;
        return Math.Clamp(value, 0, 1);
    }

    /// <summary>tanh x, MLAS's <c>MlasComputeTanh</c>.</summary>
    /// <remarks>Evaluation: x clamped to -9 .. 9, <c>s = fl(x * x)</c>; <c>fl(fl(P(s) * x) / Q(s))</c> with P of degree 6 and Q of degree 3. Special values: tanh(-0) = -0; the infinities give what -9 and 9 give.</remarks>
    /// <param name="x">The argument.</param>
    /// <returns>The value. Bitwise: identical on every machine.</returns>
    public static float Tanh(float x)
    {
        if (float.IsNaN(x))
            return FormatLimits.CanonicalNaN32;
        float clamped = Math.Clamp(x, -TanhLimit, TanhLimit);
        float square = clamped * clamped;
        return Horner(TanhOdd, square) * clamped / Horner(TanhEven, square);
    }

    /// <summary>erf x, MLAS's <c>MlasComputeErf</c>.</summary>
    /// <remarks>Evaluation: <c>a = min(|x|, 3.925)</c>, <c>s = fl(a * a)</c>; up to 0.921875 <c>fma(P(s), a, a)</c> with P of degree 5, above <c>1 - e^-t</c> with <c>t = fma(Q(a), a, a)</c>, Q of degree 6, t at most 88.37626; e^-t
    /// by <c>k = fma(-t, log2 e, 1.5 * 2^23) - 1.5 * 2^23</c>, <c>r = fma(k, -ln2_low, fma(k, -ln2_high, -t))</c>, a polynomial of degree 6 times 2^k. The sign is x's. Special values: erf(-0) = -0, the
    /// infinities give what -3.925 and 3.925 give.</remarks>
    /// <param name="x">The argument.</param>
    /// <returns>The value. Bitwise: identical on every machine.</returns>
    public static float Erf(float x)
    {
        if (float.IsNaN(x))
            return FormatLimits.CanonicalNaN32;
        float a = MathF.Min(MathF.Abs(x), ErfLimit);
        float value = a > ErfSplit
            ? 1 - ExpNegative(MathF.FusedMultiplyAdd(Horner(ErfLarge, a), a, a))
            : MathF.FusedMultiplyAdd(Horner(ErfSmall, a * a), a, a);
        return MathF.CopySign(value, x);
    }

    private static float ExpNegative(float t)
    {
        const float ToInteger = 12_582_912f; // 1.5 * 2^23: adding it rounds to an integer
        float x = MathF.Max(-t, LowestExponent);
        float k = MathF.FusedMultiplyAdd(1.44269504088896341f, x, ToInteger) - ToInteger;
        float r = MathF.FusedMultiplyAdd(k, -1.42860677e-6f, MathF.FusedMultiplyAdd(k, -6.93145752e-1f, x));
        return VectorScaling.Scale(Horner(ErfExponential, r), k);
    }

    private static float Horner(ReadOnlySpan<float> coefficients, float x)
    {
        float value = coefficients[0];
        foreach (float coefficient in coefficients[1..])
            value = MathF.FusedMultiplyAdd(value, x, coefficient);
        return value;
    }
}
