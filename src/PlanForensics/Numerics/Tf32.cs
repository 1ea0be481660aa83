namespace PlanForensics.Numerics;

/// <summary>NVIDIA TF32: fp32 patterns whose low 13 bits are zero (8 exponent bits, 10 fraction bits, stored in 32 bits).</summary>
/// <remarks>Two roundings are in use and must be named: tensor cores drop the low bits of an fp32 operand (<see cref="Truncate(float)"/>), while
/// <c>cvt.rna.tf32.f32</c> and library pre-rounding go to the nearest (<see cref="FromSingle"/>). Bitwise: identical on every machine.</remarks>
public static class Tf32
{
    /// <summary>The bits of an fp32 pattern that TF32 does not have.</summary>
    public const uint DroppedBitsMask = 0x1FFF;

    /// <summary>The canonical quiet NaN.</summary>
    public const uint CanonicalNaN = 0x7FC0_0000;

    /// <summary>Rounds an fp32 value to a pattern.</summary>
    /// <param name="value">The value.</param>
    /// <param name="mode">The rounding mode; <see cref="RoundingMode.NearestAway"/> is <c>cvt.rna.tf32.f32</c>.</param>
    /// <param name="saturate">Whether overflow and infinities become the largest finite value (0x7F7FE000).</param>
    /// <returns>The pattern. Bitwise: identical on every machine.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The mode is undefined.</exception>
    public static uint FromSingle(float value, RoundingMode mode = RoundingMode.NearestEven, bool saturate = false) =>
        BitConverter.SingleToUInt32Bits(Rounding.ToFormat(value, NumericFormat.Tf32, mode, saturate));

    /// <summary>Rounds an fp64 value to a pattern, with one rounding.</summary>
    /// <param name="value">The value.</param>
    /// <param name="mode">The rounding mode.</param>
    /// <param name="saturate">Whether overflow and infinities become the largest finite value.</param>
    /// <returns>The pattern. Bitwise: identical on every machine.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The mode is undefined.</exception>
    public static uint FromDouble(double value, RoundingMode mode = RoundingMode.NearestEven, bool saturate = false) =>
        BitConverter.SingleToUInt32Bits((float)Rounding.ToFormat(value, NumericFormat.Tf32, mode, saturate));

    /// <summary>The value of a pattern; low bits that TF32 does not have are ignored, as tensor cores do.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <returns><c>pattern &amp; ~0x1FFF</c> read as fp32. Bitwise: identical on every machine.</returns>
    public static float ToSingle(uint pattern) => BitConverter.UInt32BitsToSingle(pattern & ~DroppedBitsMask);

    /// <summary>What a tensor core reads of an fp32 operand: <c>bits &amp; ~0x1FFF</c>, for every pattern.</summary>
    /// <param name="value">The operand.</param>
    /// <returns>The truncated value. A NaN whose payload lies in the dropped bits alone (0x7F800001 to 0x7F801FFF) becomes an infinity, unlike
    /// rounding toward zero. Bitwise: identical on every machine. Source: MMA-Sim (arXiv 2511.10909), tf32 inputs.</returns>
    public static float Truncate(float value) => ToSingle(BitConverter.SingleToUInt32Bits(value));
}
