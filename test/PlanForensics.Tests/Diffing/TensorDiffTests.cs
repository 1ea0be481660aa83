using CsCheck;
using FluentAssertions;
using PlanForensics.Diffing;
using PlanForensics.Numerics;
using PlanForensics.Tests.Numerics;
using Xunit;

namespace PlanForensics.Tests.Diffing;

public class TensorDiffTests
{
    private static readonly NumericFormat[] AllFormats = Enum.GetValues<NumericFormat>();

    // Small patterns meet often, so that pairs are equal, near, far, NaN and of both zeros.
    private static readonly Gen<byte[]> Bytes = Gen.OneOf(Gen.Byte, Samples.Pick(new byte[] { 0, 1, 0x7F, 0x80, 0xFF })).Array[0, 240];

    private static readonly Gen<(TensorValue A, TensorValue B)> Pairs =
        from format in Samples.Pick(AllFormats)
        from left in Bytes
        from right in Bytes
        from same in Gen.Int[0, 3]
        select Make(format, left, same == 0 ? left : right);

    [Fact]
    public void Bits_ulps_and_values_of_a_hand_worked_pair()
    {
        // fp32: 1 = 3F800000 and its successor 3F800001 are 1 ulp; 2 = 40000000 and 40000010 are 16; +0 and -0 are 0 ulps, other bits.
        TensorValue a = Fp32([2, 3], 0x3F80_0000, 0x0000_0000, 0x4000_0000, 0x4040_0000, 0x8000_0001, 0x4080_0000);
        TensorValue b = Fp32([2, 3], 0x3F80_0000, 0x8000_0000, 0x4000_0010, 0x4040_0000, 0x0000_0001, 0x4080_0001);
        TensorDiff diff = TensorDiff.Between(a, b);
        (diff.ElementCount, diff.BitsDifferentCount, diff.UlpsDifferentCount, diff.IncomparableCount, diff.MaxUlps).Should().Be((6L, 4L, 3L, 0L, 16L));
        diff.FirstBitDifference!.ToString().Should().Be("[0,1] 0 (0x00000000) and -0 (0x80000000), 0 ulps");
        diff.FirstUlpDifference!.ToString().Should().Be("[0,2] 2 (0x40000000) and 2.0000038 (0x40000010), 16 ulps");
        diff.LargestUlpDifference.Should().Be(diff.FirstUlpDifference);
        diff.FirstUlpDifference!.Index.Should().Be(2);
        // Distances in order: 0, 0, 16, 0, 2 (across zero), 1: buckets 0 -> 3, 1 -> 1, 2 and 3 -> 1, 16 to 31 -> 1.
        diff.Histogram.Take(6).Should().Equal(3, 1, 1, 0, 0, 1);
        // Ranks of 6: ceil(3), ceil(5.4) = 6, 6, 6. Ranks of 3: 2, 3, 3, 3.
        diff.OverAll.Should().Be(new UlpQuantiles(0, 16, 16, 16));
        diff.OverDifferent.Should().Be(new UlpQuantiles(2, 16, 16, 16));
        // 16 ulps of 2^-22; the other differences are 2^-21 (4.0000005 - 4) and 2 subnormals.
        diff.MaxAbsoluteDifference.Should().Be(16 * Math.ScaleB(1, -22));
    }

    [Fact]
    public void Both_zeros_differ_in_bits_and_not_in_ulps()
    {
        TensorDiff diff = TensorDiff.Between(Fp32([1], 0), Fp32([1], 0x8000_0000));
        diff.IsBitwiseEqual.Should().BeFalse();
        (diff.BitsDifferentCount, diff.UlpsDifferentCount, diff.MaxUlps).Should().Be((1L, 0L, 0L));
        diff.OverDifferent.Should().BeNull();
        diff.LargestUlpDifference.Should().BeNull();
    }

    [Theory]
    [InlineData(NaNPolicy.AnyNaNEqual, 0, 1)]
    [InlineData(NaNPolicy.PayloadEqual, 1, 2)]
    [InlineData(NaNPolicy.Unequal, 2, 3)]
    public void The_NaN_policy_decides_which_NaNs_are_incomparable(NaNPolicy policy, int incomparableNaNs, int incomparable)
    {
        TensorValue a = Fp32([4], 0x7FC0_0000, 0x7FC0_0000, 0x7FC0_0000, 0x3F80_0000);
        TensorValue b = Fp32([4], 0x7FC0_0000, 0xFFC0_0001, 0x3F80_0000, 0x3F80_0000);
        TensorDiff diff = TensorDiff.Between(a, b, policy);
        diff.IncomparableCount.Should().Be(incomparable);
        (diff.IncomparableCount - 1).Should().Be(incomparableNaNs, "a NaN and a number are incomparable under every policy");
        diff.BitsDifferentCount.Should().Be(2);
        diff.MaxUlps.Should().Be(0);
        diff.OverDifferent!.Value.P50.Should().Be(UlpDistance.Incomparable);
        diff.MaxAbsoluteDifference.Should().Be(0, "no pair of finite elements differs");
    }

    [Fact]
    public void Sixteen_bit_and_fp8_distances_are_on_their_own_grid()
    {
        // bf16 3F80 and 3F83: 3 steps of 2^-7. E4M3 38 (1.0) and 3A (1.25): 2 steps of 1/8.
        TensorDiff.Between(Of(NumericFormat.Bf16, 0x80, 0x3F), Of(NumericFormat.Bf16, 0x83, 0x3F)).MaxUlps.Should().Be(3);
        TensorDiff fp8 = TensorDiff.Between(Of(NumericFormat.Fp8E4M3, 0x38), Of(NumericFormat.Fp8E4M3, 0x3A));
        fp8.MaxUlps.Should().Be(2);
        fp8.FirstBitDifference!.ToString().Should().Be("[0] 1 (0x38) and 1.25 (0x3A), 2 ulps");
        fp8.MaxAbsoluteDifference.Should().Be(0.25);
    }

    [Fact]
    public void Fp64_and_integers_have_distances_too()
    {
        TensorValue one = Fp64(1.0);
        TensorDiff.Between(one, Fp64(Math.BitIncrement(1.0))).MaxUlps.Should().Be(1);
        TensorDiff.Between(Fp64(-double.Epsilon), Fp64(double.Epsilon)).MaxUlps.Should().Be(2);
        TensorDiff.Between(Fp64(double.MinValue), Fp64(double.MaxValue)).MaxUlps.Should().Be(long.MaxValue - 1, "2 x 7FEFFFFFFFFFFFFF exceeds 2^63 - 2");
        TensorDiff.Between(Fp64(double.NaN), one).IncomparableCount.Should().Be(1);
        TensorDiff.Between(Of(NumericFormat.Int8, 0x80), Of(NumericFormat.Int8, 0x7F)).MaxUlps.Should().Be(255);
        TensorDiff.Between(Of(NumericFormat.Int32, 0, 0, 0, 0x80), Of(NumericFormat.Int32, 0xFF, 0xFF, 0xFF, 0x7F)).MaxUlps.Should().Be(uint.MaxValue);
    }

    [Fact]
    public void A_tensor_compared_with_itself_differs_nowhere() => Pairs.Sample(
        static pair =>
        {
            TensorDiff diff = TensorDiff.Between(pair.A, pair.A);
            diff.IsBitwiseEqual.Should().BeTrue();
            (diff.UlpsDifferentCount, diff.MaxUlps, diff.MaxAbsoluteDifference).Should().Be((0L, 0L, 0.0));
            (diff.FirstBitDifference, diff.FirstUlpDifference, diff.OverDifferent).Should().Be((null, null, null));
        },
        iter: 300);

    [Fact]
    public void Exchanging_the_sides_changes_no_count() => Pairs.Sample(
        static pair =>
        {
            TensorDiff there = TensorDiff.Between(pair.A, pair.B);
            TensorDiff back = TensorDiff.Between(pair.B, pair.A);
            (back with { FirstBitDifference = null, FirstUlpDifference = null, LargestUlpDifference = null }).Should().Be(
                there with { FirstBitDifference = null, FirstUlpDifference = null, LargestUlpDifference = null });
            back.FirstBitDifference?.Index.Should().Be(there.FirstBitDifference?.Index);
            back.FirstBitDifference?.BitsA.Should().Be(there.FirstBitDifference!.BitsB);
        },
        iter: 300);

    [Fact]
    public void Everything_equals_what_sorting_all_distances_gives() => Pairs.Sample(
        static pair =>
        {
            TensorDiff diff = TensorDiff.Between(pair.A, pair.B);
            long[] distances = [.. Enumerable.Range(0, (int)pair.A.ElementCount).Select(i => Distance(pair.A, pair.B, i))];
            long[] different = [.. distances.Where(d => d != 0)];
            diff.UlpsDifferentCount.Should().Be(different.Length);
            diff.IncomparableCount.Should().Be(distances.Count(d => d == long.MaxValue));
            diff.MaxUlps.Should().Be(distances.Where(d => d != long.MaxValue).DefaultIfEmpty().Max());
            (diff.FirstUlpDifference?.Index ?? -1).Should().Be(Array.FindIndex(distances, d => d != 0));
            (diff.LargestUlpDifference?.Index ?? -1).Should().Be(diff.MaxUlps == 0 ? -1 : Array.IndexOf(distances, diff.MaxUlps));
            diff.OverAll.Should().Be(Sorted(distances));
            diff.OverDifferent.Should().Be(Sorted(different));
        },
        iter: 600);

    [Fact]
    public void Quantiles_are_exact_where_distances_need_both_radix_digits()
    {
        // 5000 fp32 elements at distances 65,536 i + i: every rank has its own high digit, and blocks are crossed.
        uint[] left = new uint[5000];
        uint[] right = [.. Enumerable.Range(0, 5000).Select(i => (uint)(65_537 * (i % 4999)))];
        TensorDiff diff = TensorDiff.Between(Fp32([5000], left), Fp32([5000], right));
        long[] sorted = [.. right.Select(x => (long)x).Order()];
        diff.OverAll.Should().Be(new UlpQuantiles(sorted[2499], sorted[4499], sorted[4949], sorted[4994]));
        diff.OverAll!.Value.P99.Should().BeGreaterThan(65_536);
    }

    [Fact]
    public void Dimensions_of_one_do_not_matter_and_others_do()
    {
        TensorValue row = Fp32([1, 2], 0, 1);
        TensorDiff.Between(row, Fp32([2], 0, 2)).BitsDifferentCount.Should().Be(1);
        TensorDiff.Between(row, Fp32([2, 1], 0, 2)).FirstBitDifference!.Coordinates.Should().Equal(0, 1);
        TensorDiff.WhyNotComparable(row, Fp32([2], 0, 1)).Should().BeNull();
        TensorDiff.WhyNotComparable(Fp32([2, 2], 0, 1, 2, 3), Fp32([4], 0, 1, 2, 3)).Should().Be("shapes differ: [2,2] and [4]; compare tensors of one shape");
        FluentActions.Invoking(() => TensorDiff.Between(row, Of(NumericFormat.Bf16, 0, 0, 0, 0))).Should().Throw<ArgumentException>().WithMessage("*fp32 and bf16*");
    }

    [Fact]
    public void No_elements_and_a_scalar_are_tensors_too()
    {
        TensorValue empty = TensorValue.FromFp32([], 0, 3);
        TensorDiff diff = TensorDiff.Between(empty, empty);
        (diff.ElementCount, diff.OverAll, diff.IsBitwiseEqual).Should().Be((0L, null, true));
        TensorDiff.Between(TensorValue.FromFp32([1f]), TensorValue.FromFp32([2f])).FirstBitDifference!.Coordinates.Should().BeEmpty();
    }

    private static UlpQuantiles? Sorted(long[] distances)
    {
        if (distances.Length == 0)
            return null;
        long[] sorted = [.. distances.Order()];
        long At(decimal q) => sorted[(int)Math.Ceiling(q * sorted.Length) - 1];
        return new UlpQuantiles(At(0.5m), At(0.9m), At(0.99m), At(0.999m));
    }

    // Independent of the library's kernels: keys on big integers.
    private static long Distance(TensorValue a, TensorValue b, int index)
    {
        UlpKey left = UlpKey.Of(a, index);
        UlpKey right = UlpKey.Of(b, index);
        if (left.IsNaN || right.IsNaN)
            return left.IsNaN && right.IsNaN ? 0 : long.MaxValue;
        Int128 distance = Int128.Abs(left.Key - right.Key);
        return (long)Int128.Min(distance, long.MaxValue - 1);
    }

    private static (TensorValue A, TensorValue B) Make(NumericFormat format, byte[] left, byte[] right)
    {
        int width = NumericFormats.BytesPerElement(format);
        int count = Math.Min(left.Length, right.Length) / width;
        return (Of(format, Clean(left)), Of(format, Clean(right)));

        byte[] Clean(byte[] bytes)
        {
            byte[] part = bytes[..(count * width)];
            for (int i = 0; format == NumericFormat.Tf32 && i < part.Length; i += 4)
                (part[i], part[i + 1]) = (0, (byte)(part[i + 1] & 0xE0));
            return part;
        }
    }

    private static TensorValue Of(NumericFormat format, params byte[] bytes) =>
        TensorValue.FromBytes(format, (ReadOnlySpan<byte>)bytes, bytes.Length / NumericFormats.BytesPerElement(format));

    private static TensorValue Fp64(double value) => TensorValue.FromBytes(NumericFormat.Fp64, (ReadOnlySpan<byte>)BitConverter.GetBytes(value), 1);

    private static TensorValue Fp32(int[] shape, params uint[] bits) =>
        TensorValue.FromFp32([.. bits.Select(BitConverter.UInt32BitsToSingle)], shape);
}
