namespace PlanForensics.Numerics;

/// <summary>The scaling instruction of AVX-512, <c>vscalefps</c>.</summary>
internal static class VectorScaling
{
    /// <summary>fl(x * 2^floor(exponent)), one rounding; a NaN times 2^+inf is +inf and times 2^-inf +0, as the instruction has it.</summary>
    public static float Scale(float x, float exponent)
    {
        if (float.IsNaN(exponent) || (float.IsNaN(x) && !float.IsInfinity(exponent)))
            return FormatLimits.CanonicalNaN32;
        if (float.IsNaN(x))
            return exponent > 0 ? float.PositiveInfinity : 0;
        if (float.IsInfinity(exponent) && (exponent > 0 ? x == 0 : float.IsInfinity(x)))
            return FormatLimits.CanonicalNaN32;
        int whole = (int)Math.Floor(Math.Clamp(exponent, -600f, 600f));
        // x is a float and 2^whole at least 2^-600: the product is exact in fp64, so the conversion is the one rounding.
        return (float)(x * BitConverter.Int64BitsToDouble((long)(whole + 1023) << 52));
    }
}
