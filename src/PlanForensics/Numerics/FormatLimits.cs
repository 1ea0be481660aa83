namespace PlanForensics.Numerics;

/// <summary>What rounding needs to know about a binary floating-point format.</summary>
/// <param name="Precision">Significand bits, the implicit one included.</param>
/// <param name="MinExponent">Exponent of the smallest normal number; subnormals share its quantum.</param>
/// <param name="MaxFinite">The largest finite value.</param>
/// <param name="HasInfinity">Whether overflow can be stored as an infinity; without one it becomes NaN.</param>
internal readonly record struct FormatLimits(int Precision, int MinExponent, double MaxFinite, bool HasInfinity)
{
    public const uint CanonicalNaN32Bits = 0x7FC0_0000;
    public const ulong CanonicalNaN64Bits = 0x7FF8_0000_0000_0000;

    private static readonly FormatLimits Fp64 = new(53, -1022, double.MaxValue, true);
    private static readonly FormatLimits Fp32 = new(24, -126, float.MaxValue, true);
    private static readonly FormatLimits Tf32 = new(11, -126, BitConverter.UInt32BitsToSingle(0x7F7F_E000), true);
    private static readonly FormatLimits Bf16 = new(8, -126, BitConverter.UInt32BitsToSingle(0x7F7F_0000), true);
    private static readonly FormatLimits Fp16 = new(11, -14, 65504, true);
    private static readonly FormatLimits Fp8E4M3 = new(4, -6, 448, false);
    private static readonly FormatLimits Fp8E5M2 = new(3, -14, 57344, true);

    /// <summary>The canonical quiet NaN, positive; <see cref="float.NaN"/> is negative.</summary>
    public static float CanonicalNaN32 => BitConverter.UInt32BitsToSingle(CanonicalNaN32Bits);

    /// <summary>The canonical quiet NaN, positive; <see cref="double.NaN"/> is negative.</summary>
    public static double CanonicalNaN64 => BitConverter.UInt64BitsToDouble(CanonicalNaN64Bits);

    /// <summary>Stored fraction bits.</summary>
    public int FractionBits => Precision - 1;

    /// <summary>Exponent bias of the stored pattern.</summary>
    public int Bias => 1 - MinExponent;

    /// <summary>Exponent of the smallest subnormal.</summary>
    public int MinQuantum => MinExponent - FractionBits;

    /// <summary>Fraction bits of fp32 that the format does not have.</summary>
    public int DroppedBits => 24 - Precision;

    public static FormatLimits Of(NumericFormat format) => format switch
    {
        NumericFormat.Fp64 => Fp64,
        NumericFormat.Fp32 => Fp32,
        NumericFormat.Tf32 => Tf32,
        NumericFormat.Bf16 => Bf16,
        NumericFormat.Fp16 => Fp16,
        NumericFormat.Fp8E4M3 => Fp8E4M3,
        NumericFormat.Fp8E5M2 => Fp8E5M2,
        NumericFormat.Int8 or NumericFormat.Int32 => throw new ArgumentOutOfRangeException(
            nameof(format), format, "not a floating-point format; integers are quantised with a scale, not rounded"),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "not a defined numeric format"),
    };

    /// <summary>The stored value when rounding left the finite range (IEEE 754 section 7.4, extended to formats without infinity).</summary>
    public double Overflow(bool negative, RoundingMode mode, bool saturate)
    {
        bool staysFinite = saturate || mode == RoundingMode.TowardZero
            || mode == (negative ? RoundingMode.TowardPositive : RoundingMode.TowardNegative);
        double magnitude = staysFinite ? MaxFinite : HasInfinity ? double.PositiveInfinity : CanonicalNaN64;
        return negative && !double.IsNaN(magnitude) ? -magnitude : magnitude;
    }
}
