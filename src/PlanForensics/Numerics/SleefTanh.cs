namespace PlanForensics.Numerics;

/// <summary>Sleef's single-precision hyperbolic tangent, bit for bit: the u10 variants with FMA, which ATen's vectors call.</summary>
/// <remarks>A NaN gives the canonical NaN 0x7FC00000. Bitwise: identical on every machine. Source: Sleef, <c>Sleef_tanhf*_u10</c>; compared with PyTorch's GELU (tanh form) of libtorch 2.10.0 (docs/engines.md).</remarks>
public static class SleefTanh
{
    private const float Saturated = 8.664339742f;
    private const float Log2E = 1.442695f;             // 0x3FB8AA3B
    private const float Ln2High = 0.693145751953125f;  // 0x3F317200
    private const float Ln2Low = 1.4286068e-6f;        // 0x35BFBE8E

    // (e^s - 1 - s - s^2/2 - s^3/6) / s^4, the highest power first.
    private static ReadOnlySpan<float> Polynomial => [0.1980960224e-3f, 0.1394256484e-2f, 0.8333456703e-2f, 0.4166637361e-1f];

    /// <summary>tanh x with 1.0 ulp.</summary>
    /// <remarks>Evaluation in pairs of floats: <c>d = e^|x|</c> by <c>q = rint(fl(|x| * log2 e))</c>, <c>s = |x| - q ln2</c>, a polynomial, times 2^q; <c>tanh = (d - 1/d) / (d + 1/d)</c>, the pair added, with x's sign. Special
    /// values: above 8.664339742 in magnitude the sign of x times 1; tanh(-0) = -0.</remarks>
    /// <param name="x">The argument.</param>
    /// <returns>The value. Bitwise: identical on every machine.</returns>
    public static float Tanh(float x)
    {
        if (float.IsNaN(x))
            return FormatLimits.CanonicalNaN32;
        float magnitude = MathF.Abs(x);
        if (magnitude > Saturated)
            return MathF.CopySign(1, x);
        FloatPair power = Exp(magnitude);
        FloatPair inverse = power.Reciprocal();
        FloatPair quotient = power.Minus(inverse).Over(power.Plus(inverse));
        return MathF.CopySign(quotient.High + quotient.Low, x);
    }

    private static FloatPair Exp(float x)
    {
        float q = MathF.Round(x * Log2E, MidpointRounding.ToEven);
        FloatPair s = new FloatPair(x, 0).Plus(q * -Ln2High).Plus(q * -Ln2Low);
        float u = Polynomial[0];
        foreach (float coefficient in Polynomial[1..])
            u = MathF.FusedMultiplyAdd(u, s.High, coefficient);
        FloatPair t = s.Times(u).Plus(0.166666659414234244790680580464f);
        t = s.Times(t).Plus(0.5f);
        t = s.Plus(s.Squared().Times(t)).AddedTo(1);
        int half = (int)q >> 1;
        return t.Scaled(PowerOfTwo(half)).Scaled(PowerOfTwo((int)q - half));
    }

    private static float PowerOfTwo(int exponent) => BitConverter.Int32BitsToSingle((exponent + 127) << 23);
}
