namespace PlanForensics.Numerics;

/// <summary>The exponential of MLAS, the kernels of ONNX Runtime's CPU provider, bit for bit on a processor with AVX-512F (the <c>mlas</c> math path).</summary>
/// <remarks>A NaN gives the canonical NaN 0x7FC00000. Bitwise: identical on every machine. Source: the constants and operations of MLAS's <c>TransKernelAvx512F</c>; compared with ONNX Runtime 1.31.1
/// (docs/numerics.md says over which arguments). The FMA3 kernels of older processors clamp softmax's arguments at -88.37 and are not this function there.</remarks>
public static class MlasMath
{
    private const float Lowest = -103.9720840454f;
    private const float ToInteger = 12_582_912f; // 1.5 * 2^23: adding it rounds to an integer
    private const float Log2E = 1.44269504088896341f;
    private const float Ln2High = 6.93145752e-1f;
    private const float Ln2Low = 1.42860677e-6f;

    // e^r, the highest power first: 0x1.694p-10, 0x1.125edcp-7, 0x1.555b5ap-5, 0x1.55545p-3, 0x1.fffff6p-2, 1, 1.
    private static ReadOnlySpan<uint> Polynomial => [0x3AB4_A000, 0x3C09_2F6E, 0x3D2A_ADAD, 0x3E2A_AA28, 0x3EFF_FFFB, 0x3F80_0000, 0x3F80_0000];

    /// <summary>e^x, MLAS's <c>MlasComputeExpF32Kernel</c> and the exponential of its softmax.</summary>
    /// <remarks>Evaluation in fp32: x is raised to at least -103.9720840454; <c>m = fma(x, log2 e, 1.5 * 2^23) - 1.5 * 2^23</c>, <c>r = fma(m, -ln2_low, fma(m, -ln2_high, x))</c>, a polynomial of degree 6 by Horner with
    /// fma, times 2^m with one rounding. Special values: +inf gives +inf, -inf +0; far above 88.73 the reduction is meaningless and the scaling gives what the
    /// processor's <c>vscalef</c> gives, as a rule an infinity.</remarks>
    /// <param name="x">The argument.</param>
    /// <returns>The value. Bitwise: identical on every machine.</returns>
    public static float Exp(float x)
    {
        if (float.IsNaN(x))
            return FormatLimits.CanonicalNaN32;
        x = x < Lowest ? Lowest : x;
        float m = MathF.FusedMultiplyAdd(x, Log2E, ToInteger) - ToInteger;
        float r = MathF.FusedMultiplyAdd(m, -Ln2Low, MathF.FusedMultiplyAdd(m, -Ln2High, x));
        float p = Coefficient(0);
        for (int power = 1; power < Polynomial.Length; power++)
            p = MathF.FusedMultiplyAdd(p, r, Coefficient(power));
        return VectorScaling.Scale(p, m);
    }

    private static float Coefficient(int index) => BitConverter.UInt32BitsToSingle(Polynomial[index]);
}
