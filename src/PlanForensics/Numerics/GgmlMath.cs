namespace PlanForensics.Numerics;

/// <summary>ggml's vector exponentials, bit for bit (the <c>ggml16</c>, <c>ggml8</c> and <c>ggml4</c> math paths).</summary>
/// <remarks>A NaN gives the canonical NaN 0x7FC00000. Bitwise: identical on every machine. Source: ggml's <c>ggml_v_expf</c> for AVX-512, for AVX2 with FMA and for SSE2 (commit d99724f2), compared with the same
/// instructions over every argument (docs/numerics.md).</remarks>
public static class GgmlMath
{
    private const float ToInteger = 12_582_912f;              // 0x1.8p23
    private const uint Log2E = 0x3FB8_AA3B;                   // 0x1.715476p+0
    private const uint Ln2High = 0x3F31_7200;                 // 0x1.62e4p-1
    private const uint Ln2Low = 0x35BF_BE8E;                  // 0x1.7f7d1cp-20
    private const uint C5 = 0x3C07_2010;                      // 0x1.0e4020p-7
    private const uint C4 = 0x3D2B_9F17;                      // 0x1.573e2ep-5
    private const uint C3 = 0x3E2A_AF33;                      // 0x1.555e66p-3
    private const uint C2 = 0x3EFF_FEDB;                      // 0x1.fffdb6p-2
    private const uint C1 = 0x3F7F_FFF6;                      // 0x1.ffffecp-1

    /// <summary>e^x, the AVX-512 variant: sixteen lanes at a time.</summary>
    /// <remarks>Evaluation in fp32: <c>n = fma(x, log2 e, 1.5 * 2^23) - 1.5 * 2^23</c>, <c>b = fma(-n, ln2_low, fma(-n, ln2_high, x))</c>, <c>u = fl(b * b)</c>,
    /// <c>j = fma(fma(fma(c5, b, c4), u, fma(c3, b, c2)), u, fma(c1, b, 1))</c>, times 2^n with one rounding. Special values: where |n| is above 192, +0 or +inf by n's sign.</remarks>
    /// <param name="x">The argument.</param>
    /// <returns>The value. Bitwise: identical on every machine.</returns>
    public static float Exp16(float x)
    {
        (float n, float b, float upper, _) = Reduce(x);
        if (Math.Abs(n) > 192)
            return n <= 0 ? 0 : float.PositiveInfinity;
        return VectorScaling.Scale(MathF.FusedMultiplyAdd(upper, b * b, MathF.FusedMultiplyAdd(Value(C1), b, 1)), n);
    }

    /// <summary>e^x, the AVX2 variant: eight lanes at a time.</summary>
    /// <remarks>Evaluation in fp32: n, b and u as <see cref="Exp16"/>, <c>j = fma(fma(fma(c5, b, c4), u, fma(c3, b, c2)), u, fl(c1 * b))</c>, <c>k = 2^n</c>, <c>fma(j, k, k)</c>; where |n| is above 126, k is taken
    /// in two factors (two roundings); where it is above 192, +0 or +inf by n's sign.</remarks>
    /// <param name="x">The argument.</param>
    /// <returns>The value. Bitwise: identical on every machine.</returns>
    public static float Exp8(float x)
    {
        (float n, float b, float upper, uint exponent) = Reduce(x);
        if (float.IsNaN(n))
            return FormatLimits.CanonicalNaN32;
        float j = MathF.FusedMultiplyAdd(upper, b * b, Value(C1) * b);
        float k = Value(exponent + 0x3F80_0000);
        if (Math.Abs(n) <= 126)
            return MathF.FusedMultiplyAdd(j, k, k);
        uint shift = n <= 0 ? 0x8200_0000u : 0;
        float first = Value(shift + 0x7F00_0000);
        if (Math.Abs(n) > 192)
            return first * first;
        float second = Value(exponent - shift);
        return MathF.FusedMultiplyAdd(second, j, second) * first;
    }

    /// <summary>e^x, the SSE2 variant without FMA: four lanes at a time.</summary>
    /// <remarks>Evaluation in fp32: as <see cref="Exp8"/> with every fma replaced by a product and an addition, each rounded. (The SSE2 variant of a build with FMA gives the bits of <see cref="Exp8"/>.)</remarks>
    /// <param name="x">The argument.</param>
    /// <returns>The value. Bitwise: identical on every machine.</returns>
    public static float Exp4(float x)
    {
        float z = (x * Value(Log2E)) + ToInteger;
        float n = z - ToInteger;
        if (float.IsNaN(n))
            return FormatLimits.CanonicalNaN32;
        float b = x - (n * Value(Ln2High)) - (n * Value(Ln2Low));
        float u = b * b;
        float upper = (((Value(C5) * b) + Value(C4)) * u) + ((Value(C3) * b) + Value(C2));
        float j = (upper * u) + (Value(C1) * b);
        uint exponent = BitConverter.SingleToUInt32Bits(z) << 23;
        float k = Value(exponent + 0x3F80_0000);
        if (Math.Abs(n) <= 126)
            return (j * k) + k;
        uint shift = n <= 0 ? 0x8200_0000u : 0;
        float first = Value(shift + 0x7F00_0000);
        if (Math.Abs(n) > 192)
            return first * first;
        float second = Value(exponent - shift);
        return ((second * j) + second) * first;
    }

    /// <summary>n, the rest b, the polynomial's upper terms, and n shifted to the exponent's place.</summary>
    private static (float N, float B, float Upper, uint Exponent) Reduce(float x)
    {
        float z = MathF.FusedMultiplyAdd(x, Value(Log2E), ToInteger);
        float n = z - ToInteger;
        float b = MathF.FusedMultiplyAdd(-n, Value(Ln2Low), MathF.FusedMultiplyAdd(-n, Value(Ln2High), x));
        float highest = MathF.FusedMultiplyAdd(Value(C5), b, Value(C4));
        float upper = MathF.FusedMultiplyAdd(highest, b * b, MathF.FusedMultiplyAdd(Value(C3), b, Value(C2)));
        return (n, b, upper, BitConverter.SingleToUInt32Bits(z) << 23);
    }

    private static float Value(uint bits) => BitConverter.UInt32BitsToSingle(bits);
}
