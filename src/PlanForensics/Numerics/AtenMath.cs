namespace PlanForensics.Numerics;

/// <summary>The exponential that ATen's vector classes call <c>exp_u20</c>, bit for bit: what PyTorch's CPU flash attention uses for whole vectors.</summary>
/// <remarks>A NaN gives the canonical NaN 0x7FC00000. Bitwise: identical on every machine. Source: the constants and operations of ATen's AVX-512 and AVX2 vector headers, PyTorch 2.10; compared with
/// <c>scaled_dot_product_attention</c> of libtorch 2.10.0 (docs/engines.md).</remarks>
public static class AtenMath
{
    private const float Log2E = 1.442695f;      // 0x3FB8AA3B
    private const float Ln2 = 0.6931472f;       // 0x3F317218
    private const float Lowest = -87.33655f;    // 0xC2AEAC50
    private const float Highest = 88.72284f;    // 0x42B17218

    // e^r, the highest power first.
    private static ReadOnlySpan<float> Polynomial => [0.00828929059f, 0.0418978221f, 0.166676521f, 0.499991506f, 0.999999701f, 1f];

    /// <summary>e^x to about 20 ulp.</summary>
    /// <remarks>Evaluation in fp32: x is clamped to -87.33655 .. 88.72284; <c>n = floor(fma(x, log2 e, 0.5))</c>, <c>r = fma(-n, ln 2, x)</c>, a polynomial of degree 5 by Horner with fma, times 2^(n-1), times 2.
    /// Special values: below -87.33655 +0, at the upper clamp and above the polynomial's value there times 2^128, +inf.</remarks>
    /// <param name="x">The argument.</param>
    /// <returns>The value. Bitwise: identical on every machine.</returns>
    public static float ExpFast(float x)
    {
        if (float.IsNaN(x))
            return FormatLimits.CanonicalNaN32;
        if (x < Lowest)
            return 0;
        float clamped = x > Highest ? Highest : x;
        float n = MathF.Floor(MathF.FusedMultiplyAdd(clamped, Log2E, 0.5f));
        float r = MathF.FusedMultiplyAdd(-n, Ln2, clamped);
        float p = Polynomial[0];
        foreach (float coefficient in Polynomial[1..])
            p = MathF.FusedMultiplyAdd(r, p, coefficient);
        return p * BitConverter.Int32BitsToSingle(((int)n - 1 + 127) << 23) * 2;
    }
}
