using System.Numerics;

namespace PlanForensics.Numerics;

/// <summary>Rounds values to a format, once, in integer arithmetic. Results stay in fp32 (or fp64) but are representable in the format.</summary>
/// <remarks>
/// <para>Rule: the value is rounded to a multiple of 2^(max(floor(log2|x|), emin) - (p - 1)), as if the exponent range had no upper end; p and
/// emin are those of the format (fp32 24, -126; tf32 11, -126; bf16 8, -126; fp16 11, -14; E4M3 4, -6; E5M2 3, -14). Subnormals of the format are
/// kept, never flushed. A result above the largest finite value overflows: to infinity, or to NaN in E4M3, which has none; to the largest finite
/// value where the mode points inward (IEEE 754-2019 section 7.4) or where <c>saturate</c> is set.</para>
/// <para>NaN becomes the canonical quiet NaN (0x7FC00000; sign and payload are dropped), also when the format is fp32. -0 stays -0, and what
/// rounds to zero keeps its sign. Infinities stay, except: with <c>saturate</c> they become the largest finite value, and in E4M3 without it NaN.</para>
/// <para>Bitwise: identical on every machine. Source: IEEE 754-2019 section 4.3; OCP 8-bit Floating Point Specification 1.0 section 5.2.</para>
/// </remarks>
public static class Rounding
{
    /// <summary>Rounds one fp32 value. See the class remarks for overflow, NaN, zeros and subnormals.</summary>
    /// <param name="value">The value.</param>
    /// <param name="format">A floating-point format; for fp32 and fp64 the value is returned, NaN made canonical.</param>
    /// <param name="mode">The rounding mode.</param>
    /// <param name="saturate">Whether overflow and infinities become the largest finite value.</param>
    /// <returns>The rounded value, exactly representable in <paramref name="format"/>. Bitwise: identical on every machine.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The format is an integer one or undefined, or the mode is undefined.</exception>
    public static float ToFormat(float value, NumericFormat format, RoundingMode mode = RoundingMode.NearestEven, bool saturate = false) =>
        format == NumericFormat.Bf16 && mode == RoundingMode.NearestEven && !saturate
            ? ToBf16NearestEven(value)
            : ToSingleExactly(ToFormat((double)value, format, mode, saturate));

    /// <summary>Rounds one fp64 value directly, with one rounding (no detour through fp32, which could round twice).</summary>
    /// <param name="value">The value.</param>
    /// <param name="format">A floating-point format; for fp64 the value is returned, NaN made canonical.</param>
    /// <param name="mode">The rounding mode.</param>
    /// <param name="saturate">Whether overflow and infinities become the largest finite value.</param>
    /// <returns>The rounded value, exactly representable in <paramref name="format"/>; casting it to float is exact unless the format is fp64.
    /// Bitwise: identical on every machine.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The format is an integer one or undefined, or the mode is undefined.</exception>
    public static double ToFormat(double value, NumericFormat format, RoundingMode mode = RoundingMode.NearestEven, bool saturate = false)
    {
        FormatLimits limits = FormatLimits.Of(format);
        RoundingDecision.Check(mode);
        bool negative = double.IsNegative(value);
        if (double.IsNaN(value))
            return FormatLimits.CanonicalNaN64;
        if (double.IsInfinity(value))
            return saturate ? double.CopySign(limits.MaxFinite, value) : limits.HasInfinity ? value : FormatLimits.CanonicalNaN64;

        ulong magnitude = BitConverter.DoubleToUInt64Bits(value) & long.MaxValue;
        if (magnitude == 0 || format == NumericFormat.Fp64)
            return value;

        int biased = (int)(magnitude >> 52);
        ulong significand = biased == 0 ? magnitude : (magnitude & 0xF_FFFF_FFFF_FFFF) | 0x10_0000_0000_0000;
        int scale = Math.Max(biased, 1) - 1075;
        int exponent = scale + BitOperations.Log2(significand);
        int quantum = Math.Max(exponent, limits.MinExponent) - limits.FractionBits;
        int shift = quantum - scale;
        double rounded = Math.Abs(value);
        if (shift > 0)
        {
            ulong kept = shift < 64 ? significand >> shift : 0;
            ulong discarded = shift < 64 ? significand & ((1UL << shift) - 1) : significand;
            int comparison = shift < 64 ? discarded.CompareTo(1UL << (shift - 1)) : -1;
            if (RoundingDecision.Increases(mode, negative, kept, discarded == 0, comparison))
                kept++;
            rounded = kept * PowerOfTwo(quantum);
        }

        if (rounded > limits.MaxFinite)
            return limits.Overflow(negative, mode, saturate);
        return negative ? -rounded : rounded;
    }

    /// <summary>Rounds every element of a span where it lies; nearest-even runs vectorised, with the bits of the scalar form.</summary>
    /// <param name="values">The values; overwritten.</param>
    /// <param name="format">A floating-point format.</param>
    /// <param name="mode">The rounding mode.</param>
    /// <param name="saturate">Whether overflow and infinities become the largest finite value.</param>
    /// <exception cref="ArgumentOutOfRangeException">The format is an integer one or undefined, or the mode is undefined.</exception>
    public static void RoundInPlace(Span<float> values, NumericFormat format, RoundingMode mode = RoundingMode.NearestEven, bool saturate = false) =>
        Round(values, values, format, mode, saturate);

    /// <summary>Rounds every element of a span into another; nearest-even runs vectorised, with the bits of the scalar form.</summary>
    /// <param name="source">The values.</param>
    /// <param name="destination">Receives the rounded values; of the same length; may be the same span, but not overlap at an offset.</param>
    /// <param name="format">A floating-point format.</param>
    /// <param name="mode">The rounding mode.</param>
    /// <param name="saturate">Whether overflow and infinities become the largest finite value.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the spans overlap at an offset.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The format is an integer one or undefined, or the mode is undefined.</exception>
    public static void Round(
        ReadOnlySpan<float> source, Span<float> destination, NumericFormat format, RoundingMode mode = RoundingMode.NearestEven, bool saturate = false)
    {
        FormatLimits limits = FormatLimits.Of(format);
        RoundingDecision.Check(mode);
        SpanChecks.SameLengthNoShift(source, destination);
        int done = limits.DroppedBits <= 0 && !saturate ? NearestEvenKernel.CanonicaliseNaNs(source, destination)
            : mode == RoundingMode.NearestEven ? NearestEvenKernel.Round(source, destination, limits, saturate)
            : 0;
        for (int i = done; i < source.Length; i++)
            destination[i] = ToFormat(source[i], format, mode, saturate);
    }

    /// <summary>Whether a value can be stored in a format without change; NaN can, as the format's canonical NaN.</summary>
    /// <param name="value">The value.</param>
    /// <param name="format">A floating-point format.</param>
    /// <returns>True when rounding would return the value itself (the sign of zero included), or the value is NaN.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The format is an integer one or undefined.</exception>
    public static bool IsRepresentable(float value, NumericFormat format) =>
        float.IsNaN(value) || BitConverter.SingleToUInt32Bits(ToFormat(value, format)) == BitConverter.SingleToUInt32Bits(value);

    // The commonest rounding of all: bf16 shares fp32's exponents, so a carry out of the upper half is the right result, up to infinity.
    private static float ToBf16NearestEven(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        uint rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF_0000;
        return float.IsNaN(value) ? FormatLimits.CanonicalNaN32 : BitConverter.UInt32BitsToSingle(rounded);
    }

    private static float ToSingleExactly(double value) => double.IsNaN(value) ? FormatLimits.CanonicalNaN32 : (float)value;

    private static double PowerOfTwo(int exponent) => BitConverter.Int64BitsToDouble((long)(exponent + 1023) << 52);
}
