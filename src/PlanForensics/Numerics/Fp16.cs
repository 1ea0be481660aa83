namespace PlanForensics.Numerics;

/// <summary>IEEE 754 binary16 bit patterns. Sign, 5 exponent bits, 10 fraction bits.</summary>
/// <remarks>Bitwise: identical on every machine. Rounding, overflow and special values as in <see cref="Rounding"/>; the canonical NaN is 0x7E00.</remarks>
public static class Fp16
{
    /// <summary>The canonical quiet NaN, to which every NaN is rounded.</summary>
    public const ushort CanonicalNaN = 0x7E00;

    private static readonly FormatLimits Limits = FormatLimits.Of(NumericFormat.Fp16);

    /// <summary>Rounds an fp32 value to a pattern.</summary>
    /// <param name="value">The value.</param>
    /// <param name="mode">The rounding mode.</param>
    /// <param name="saturate">Whether overflow and infinities become the largest finite value.</param>
    /// <returns>The pattern. Bitwise: identical on every machine.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The mode is undefined.</exception>
    public static ushort FromSingle(float value, RoundingMode mode = RoundingMode.NearestEven, bool saturate = false) =>
        (ushort)BitPatterns.Pack(Rounding.ToFormat(value, NumericFormat.Fp16, mode, saturate), Limits);

    /// <summary>Rounds an fp64 value to a pattern, with one rounding.</summary>
    /// <param name="value">The value.</param>
    /// <param name="mode">The rounding mode.</param>
    /// <param name="saturate">Whether overflow and infinities become the largest finite value.</param>
    /// <returns>The pattern. Bitwise: identical on every machine.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The mode is undefined.</exception>
    public static ushort FromDouble(double value, RoundingMode mode = RoundingMode.NearestEven, bool saturate = false) =>
        (ushort)BitPatterns.Pack((float)Rounding.ToFormat(value, NumericFormat.Fp16, mode, saturate), Limits);

    /// <summary>Widens a pattern, exactly; NaNs keep sign and payload (left-aligned) and are not quieted.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <returns>The value. Bitwise: identical on every machine.</returns>
    public static float ToSingle(ushort pattern) => BitPatterns.Unpack(pattern, Limits);

    /// <summary>Rounds fp32 values to patterns, with the bits of the scalar form.</summary>
    /// <param name="source">The values.</param>
    /// <param name="destination">Receives the patterns; of the same length.</param>
    /// <param name="mode">The rounding mode.</param>
    /// <param name="saturate">Whether overflow and infinities become the largest finite value.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The mode is undefined.</exception>
    public static void FromSingle(
        ReadOnlySpan<float> source, Span<ushort> destination, RoundingMode mode = RoundingMode.NearestEven, bool saturate = false) =>
        SixteenBitKernel.Narrow(source, destination, NumericFormat.Fp16, mode, saturate);

    /// <summary>Widens patterns, exactly, with the bits of the scalar form.</summary>
    /// <param name="source">The patterns.</param>
    /// <param name="destination">Receives the values; of the same length.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void ToSingle(ReadOnlySpan<ushort> source, Span<float> destination) => SixteenBitKernel.WidenFp16(source, destination);
}
