namespace PlanForensics.Numerics;

/// <summary>Sleef's single-precision exponential, bit for bit: the u10 variants with FMA, which ATen calls (the <c>sleef</c> math path).</summary>
/// <remarks>A NaN gives the canonical NaN 0x7FC00000. Bitwise: identical on every machine. Source: Sleef 3.5.1, <c>Sleef_expf*_u10</c> (AVX2 and AVX-512F with FMA give the same bits as
/// <c>Sleef_expf1_u10purecfma</c>); compared with the library (docs/numerics.md says over which arguments).</remarks>
public static class SleefMath
{
    private const float Log2E = 1.442695f;             // 0x3FB8AA3B
    private const float Ln2High = 0.693145751953125f;  // 0x3F317200
    private const float Ln2Low = 1.4286068e-6f;        // 0x35BFBE8E

    // (e^s - 1 - s) / s^2, the highest power first.
    private static ReadOnlySpan<float> Polynomial => [0.00019852762f, 0.0013930436f, 0.008333361f, 0.041666485f, 0.16666667f, 0.5f];

    /// <summary>e^x, Sleef's <c>expf</c> with 1.0 ulp.</summary>
    /// <remarks>Evaluation in fp32: <c>q = rint(fl(x * log2 e))</c>, <c>s = fma(q, -ln2_low, fma(q, -ln2_high, x))</c>, u by Horner with fma, <c>1 + fma(fl(s * s), u, s)</c>, times <c>2^(q div 2)</c>, times the rest of
    /// 2^q (two roundings where the result is subnormal). Special values: above 100 +inf, below -104 +0.</remarks>
    /// <param name="x">The argument.</param>
    /// <returns>The value. Bitwise: identical on every machine.</returns>
    public static float Exp(float x)
    {
        if (float.IsNaN(x))
            return FormatLimits.CanonicalNaN32;
        if (x > 100)
            return float.PositiveInfinity;
        if (x < -104)
            return 0;
        float q = MathF.Round(x * Log2E, MidpointRounding.ToEven);
        float s = MathF.FusedMultiplyAdd(q, -Ln2Low, MathF.FusedMultiplyAdd(q, -Ln2High, x));
        float u = Polynomial[0];
        foreach (float coefficient in Polynomial[1..])
            u = MathF.FusedMultiplyAdd(u, s, coefficient);
        u = 1 + MathF.FusedMultiplyAdd(s * s, u, s);
        int half = (int)q >> 1;
        return u * PowerOfTwo(half) * PowerOfTwo((int)q - half);
    }

    private static float PowerOfTwo(int exponent) => BitConverter.Int32BitsToSingle((exponent + 127) << 23);
}
