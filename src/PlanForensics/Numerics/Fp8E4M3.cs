namespace PlanForensics.Numerics;

/// <summary>OCP FP8 E4M3 bit patterns. Sign, 4 exponent bits, 3 fraction bits; no infinities, one NaN per sign (0x7F, 0xFF), largest finite 448.</summary>
/// <remarks>Bitwise: identical on every machine. Rounding, overflow and special values as in <see cref="Rounding"/>; the canonical NaN is 0x7F.</remarks>
public static class Fp8E4M3
{
    /// <summary>The canonical quiet NaN, to which every NaN is rounded.</summary>
    public const byte CanonicalNaN = 0x7F;

    private static readonly FormatLimits Limits = FormatLimits.Of(NumericFormat.Fp8E4M3);

    /// <summary>Rounds an fp32 value to a pattern.</summary>
    /// <param name="value">The value.</param>
    /// <param name="mode">The rounding mode.</param>
    /// <param name="saturate">Whether overflow and infinities become the largest finite value.</param>
    /// <returns>The pattern. Bitwise: identical on every machine.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The mode is undefined.</exception>
    public static byte FromSingle(float value, RoundingMode mode = RoundingMode.NearestEven, bool saturate = false) =>
        (byte)BitPatterns.Pack(Rounding.ToFormat(value, NumericFormat.Fp8E4M3, mode, saturate), Limits);

    /// <summary>Rounds an fp64 value to a pattern, with one rounding.</summary>
    /// <param name="value">The value.</param>
    /// <param name="mode">The rounding mode.</param>
    /// <param name="saturate">Whether overflow and infinities become the largest finite value.</param>
    /// <returns>The pattern. Bitwise: identical on every machine.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The mode is undefined.</exception>
    public static byte FromDouble(double value, RoundingMode mode = RoundingMode.NearestEven, bool saturate = false) =>
        (byte)BitPatterns.Pack((float)Rounding.ToFormat(value, NumericFormat.Fp8E4M3, mode, saturate), Limits);

    /// <summary>Widens a pattern, exactly; a NaN becomes canonical and keeps its sign.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <returns>The value. Bitwise: identical on every machine.</returns>
    public static float ToSingle(byte pattern) => BitPatterns.Unpack(pattern, Limits);

    /// <summary>Rounds fp32 values to patterns, with the bits of the scalar form.</summary>
    /// <param name="source">The values.</param>
    /// <param name="destination">Receives the patterns; of the same length.</param>
    /// <param name="mode">The rounding mode.</param>
    /// <param name="saturate">Whether overflow and infinities become the largest finite value.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The mode is undefined.</exception>
    public static void FromSingle(
        ReadOnlySpan<float> source, Span<byte> destination, RoundingMode mode = RoundingMode.NearestEven, bool saturate = false)
    {
        SpanChecks.SameLength<float, byte>(source, destination);
        for (int i = 0; i < source.Length; i++)
            destination[i] = FromSingle(source[i], mode, saturate);
    }

    /// <summary>Widens patterns, exactly.</summary>
    /// <param name="source">The patterns.</param>
    /// <param name="destination">Receives the values; of the same length.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void ToSingle(ReadOnlySpan<byte> source, Span<float> destination)
    {
        SpanChecks.SameLength<byte, float>(source, destination);
        for (int i = 0; i < source.Length; i++)
            destination[i] = ToSingle(source[i]);
    }
}
