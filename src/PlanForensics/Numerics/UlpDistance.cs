namespace PlanForensics.Numerics;

/// <summary>Distances in units in the last place: how many representable numbers of a format one steps over from one value to the other.</summary>
/// <remarks>
/// <para>Formula: for a pattern of w bits, magnitude = the low w - 1 bits and key = magnitude, or -magnitude under a sign; the distance is
/// |key(a) - key(b)| in 64-bit integers. So it is total and symmetric, counts across zero (-Epsilon to +Epsilon is 2), puts +0 and -0 at 0 and
/// an infinity one step beyond the largest finite value. <see cref="UlpRules"/> names the NaN policy and the strict-bits mode.</para>
/// <para>Values held in fp32 must be representable in the format given; one that is not is refused, never rounded.
/// Bitwise: identical on every machine. Source: NumPy's <c>nulp_diff</c> and the sign-magnitude ordering of IEEE 754 interchange formats.</para>
/// </remarks>
public static class UlpDistance
{
    /// <summary>The distance of two incomparable values: a NaN against a number, or two NaNs that the policy separates.</summary>
    public const long Incomparable = long.MaxValue;

    private const int BlockLength = 1024;

    /// <summary>The distance of two fp32-held values on a format's grid.</summary>
    /// <param name="left">One value.</param>
    /// <param name="right">The other.</param>
    /// <param name="format">fp32, tf32, bf16, fp16 or fp8.</param>
    /// <param name="rules">NaN and zero policies.</param>
    /// <returns>0 to 4278190081, or <see cref="Incomparable"/>. Bitwise: identical on every machine.</returns>
    /// <exception cref="ArgumentException">A value is not representable in the format.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The format has no ulps here (fp64, integers), or a policy is undefined.</exception>
    public static long Between(float left, float right, NumericFormat format = NumericFormat.Fp32, UlpRules rules = default)
    {
        UlpGrid grid = UlpGrid.Of(format, rules);
        return grid.Distance(UlpPatterns.Of(left, format, 0), UlpPatterns.Of(right, format, 0));
    }

    /// <summary>The distance of two fp16 values.</summary>
    /// <param name="left">One value.</param>
    /// <param name="right">The other.</param>
    /// <param name="rules">NaN and zero policies.</param>
    /// <returns>0 to 63489, or <see cref="Incomparable"/>. Bitwise: identical on every machine.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A policy is undefined.</exception>
    public static long Between(Half left, Half right, UlpRules rules = default) =>
        BetweenPatterns(BitConverter.HalfToUInt16Bits(left), BitConverter.HalfToUInt16Bits(right), NumericFormat.Fp16, rules);

    /// <summary>The distance of two 16-bit patterns.</summary>
    /// <param name="left">One pattern.</param>
    /// <param name="right">The other.</param>
    /// <param name="format">bf16 or fp16.</param>
    /// <param name="rules">NaN and zero policies.</param>
    /// <returns>0 to 65281, or <see cref="Incomparable"/>. Bitwise: identical on every machine.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The format is not a 16-bit one, or a policy is undefined.</exception>
    public static long BetweenPatterns(ushort left, ushort right, NumericFormat format, UlpRules rules = default)
    {
        UlpPatterns.CheckSixteenBit(format);
        return UlpGrid.Of(format, rules).Distance((uint)left << 16, (uint)right << 16);
    }

    /// <summary>The distance of each pair.</summary>
    /// <param name="left">Values held in fp32.</param>
    /// <param name="right">Values held in fp32, of the same length.</param>
    /// <param name="destination">Receives the distances; of the same length.</param>
    /// <param name="format">fp32, tf32, bf16, fp16 or fp8.</param>
    /// <param name="rules">NaN and zero policies.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a value is not representable in the format (the message names its index).</exception>
    /// <exception cref="ArgumentOutOfRangeException">The format has no ulps here, or a policy is undefined.</exception>
    public static void Distances(
        ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<long> destination, NumericFormat format = NumericFormat.Fp32, UlpRules rules = default)
    {
        SpanChecks.SameLength(left, right);
        SpanChecks.SameLength(left, (ReadOnlySpan<long>)destination);
        UlpGrid grid = UlpGrid.Of(format, rules);
        Span<uint> leftBlock = stackalloc uint[BlockLength];
        Span<uint> rightBlock = stackalloc uint[BlockLength];
        for (int start = 0; start < left.Length; start += BlockLength)
        {
            int length = Math.Min(BlockLength, left.Length - start);
            UlpPatterns.Fill(left.Slice(start, length), format, start, leftBlock);
            UlpPatterns.Fill(right.Slice(start, length), format, start, rightBlock);
            UlpVectorDistance.Fill(leftBlock[..length], rightBlock[..length], destination.Slice(start, length), grid);
        }
    }

    /// <summary>Largest distance, number of differing pairs, first difference and histogram in one pass over the data.</summary>
    /// <param name="left">Values held in fp32.</param>
    /// <param name="right">Values held in fp32, of the same length.</param>
    /// <param name="format">fp32, tf32, bf16, fp16 or fp8.</param>
    /// <param name="rules">NaN and zero policies.</param>
    /// <returns>The summary; the same on every machine and vector width.</returns>
    /// <exception cref="ArgumentException">The lengths differ, or a value is not representable in the format (the message names its index).</exception>
    /// <exception cref="ArgumentOutOfRangeException">The format has no ulps here, or a policy is undefined.</exception>
    public static UlpSummary Compare(
        ReadOnlySpan<float> left, ReadOnlySpan<float> right, NumericFormat format = NumericFormat.Fp32, UlpRules rules = default) =>
        UlpKernels.Compare(left, right, format, rules, UlpKernels.Best);

    /// <summary>Largest distance, number of differing pairs, first difference and histogram of 16-bit patterns.</summary>
    /// <param name="left">Patterns.</param>
    /// <param name="right">Patterns, of the same length.</param>
    /// <param name="format">bf16 or fp16.</param>
    /// <param name="rules">NaN and zero policies.</param>
    /// <returns>The summary; the same on every machine and vector width.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The format is not a 16-bit one, or a policy is undefined.</exception>
    public static UlpSummary ComparePatterns(
        ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, NumericFormat format, UlpRules rules = default) =>
        UlpKernels.ComparePatterns(left, right, format, rules, UlpKernels.Best);
}
