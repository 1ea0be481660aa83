using CsCheck;
using FluentAssertions;
using PlanForensics.Numerics;
using Xunit;

namespace PlanForensics.Tests.Numerics;

public class UlpCompareTests
{
    private static readonly int[] Widths = [0, 128, 256, 512];

    private static readonly Gen<UlpRules> AnyRules =
        Gen.Select(
            Samples.Pick(Enum.GetValues<NaNPolicy>()),
            Samples.Pick(Enum.GetValues<SignedZeroPolicy>()),
            static (nans, zeros) => new UlpRules(nans, zeros));

    // Mostly equal, some a few ulps apart, some unrelated: the mixture of a real diff.
    private static readonly Gen<(float Left, float Right)> Pair = Gen.Select(Samples.Floats, Samples.Floats, Gen.Int[0, 9], static (a, b, kind) => kind switch
    {
        < 5 => (a, a),
        < 8 => (a, Samples.Value(Samples.Bits(a) + (uint)kind)),
        8 => (a, -a),
        _ => (a, b),
    });

    public static TheoryData<int> AvailableWidths => [.. Widths.Where(UlpKernels.IsAvailable)];

    [Theory]
    [MemberData(nameof(AvailableWidths))]
    public void Every_kernel_gives_what_adding_scalar_distances_gives(int width) =>
        Gen.Select(Pair.Array[0, 300], Samples.Pick(Samples.FloatingFormats), AnyRules).Sample(
            (pairs, format, rules) =>
            {
                float[] left = [.. pairs.Select(p => Rounding.ToFormat(p.Left, format))];
                float[] right = [.. pairs.Select(p => Rounding.ToFormat(p.Right, format))];
                AssertMatches(UlpKernels.Compare(left, right, format, rules, width), Naive(left, right, format, rules));
            },
            iter: 1_500);

    [Theory]
    [MemberData(nameof(AvailableWidths))]
    public void Long_differing_runs_overflow_no_lane_counter(int width)
    {
        const int Length = 16 * 15 * 8 * 3 + 77;
        float[] left = new float[Length];
        float[] right = new float[Length];
        Array.Fill(right, Samples.Value(5));
        UlpSummary summary = UlpKernels.Compare(left, right, NumericFormat.Fp32, default, width);
        summary.Histogram[3].Should().Be(Length, "distance 5 lies in bucket 3, 4 to 7");
        summary.EqualCount.Should().Be(0);
        Array.Fill(left, float.NegativeInfinity);
        Array.Fill(right, float.PositiveInfinity);
        UlpKernels.Compare(left, right, NumericFormat.Fp32, default, width).Histogram[32].Should().Be(Length);
    }

    [Theory]
    [InlineData(NumericFormat.Bf16)]
    [InlineData(NumericFormat.Fp16)]
    public void Patterns_and_the_values_they_stand_for_compare_alike(NumericFormat format) =>
        Gen.Select(Gen.UShort.Array[0, 2_100], Gen.Int[0, 3]).Sample(
            (left, spread) =>
            {
                ushort[] right = [.. left.Select((p, i) => (ushort)(p + (i % (spread + 1))))];
                AssertMatches(
                    UlpDistance.ComparePatterns(left, right, format),
                    Naive(Widen(left, format), Widen(right, format), format, default));
            },
            iter: 100);

    [Fact]
    public void Distances_are_the_scalar_ones() =>
        Gen.Select(Pair.Array[0, 70], Samples.Pick(Samples.FloatingFormats), AnyRules).Sample(
            static (pairs, format, rules) =>
            {
                float[] left = [.. pairs.Select(p => Rounding.ToFormat(p.Left, format))];
                float[] right = [.. pairs.Select(p => Rounding.ToFormat(p.Right, format))];
                long[] distances = new long[left.Length];
                UlpDistance.Distances(left, right, distances, format, rules);
                distances.Should().Equal(left.Zip(right, (a, b) => UlpDistance.Between(a, b, format, rules)));
            },
            iter: 1_500);

    [Fact]
    public void Appending_parts_equals_comparing_the_whole() =>
        Gen.Select(Pair.Array[0, 90], Gen.Int[0, 90]).Sample(static (pairs, cut) =>
        {
            cut = Math.Min(cut, pairs.Length);
            float[] left = [.. pairs.Select(static p => p.Left)];
            float[] right = [.. pairs.Select(static p => p.Right)];
            UlpSummary parts = UlpDistance.Compare(left.AsSpan(0, cut), right.AsSpan(0, cut))
                .Append(UlpDistance.Compare(left.AsSpan(cut), right.AsSpan(cut)));
            AssertMatches(parts, UlpDistance.Compare(left, right));
        });

    [Fact]
    public void The_comparison_of_summaries_notices_a_moved_difference()
    {
        float[] left = new float[40];
        float[] right = new float[40];
        right[7] = float.Epsilon;
        UlpSummary summary = UlpDistance.Compare(left, right);
        summary.FirstDifferentIndex.Should().Be(7);
        right[7] = 0;
        right[9] = float.Epsilon;
        FluentActions.Invoking(() => AssertMatches(UlpDistance.Compare(left, right), summary)).Should().Throw<Exception>();
    }

    [Fact]
    public void Nothing_compared_is_no_difference()
    {
        UlpSummary summary = UlpDistance.Compare([], []);
        (summary.ElementCount, summary.DifferentCount, summary.MaxDistance, summary.FirstDifferentIndex).Should().Be((0L, 0L, 0L, -1L));
    }

    [Fact]
    public void A_value_off_the_grid_is_refused_with_its_index()
    {
        float[] left = new float[100];
        left[83] = Samples.Value(0x3F80_0001);
        FluentActions.Invoking(() => UlpDistance.Compare(left, left, NumericFormat.Bf16)).Should().Throw<ArgumentException>().WithMessage("*index 83*");
        FluentActions.Invoking(() => UlpDistance.Compare(left, left, NumericFormat.Fp16)).Should().Throw<ArgumentException>().WithMessage("*index 83*");
        FluentActions.Invoking(() => UlpDistance.Compare(left, new float[99])).Should().Throw<ArgumentException>().WithMessage("*100*99*");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    [InlineData(0xFF00_0000, 32)]
    public void Buckets_are_powers_of_two(long distance, int bucket) => UlpSummary.BucketOf(distance).Should().Be(bucket);

    private static float[] Widen(ushort[] patterns, NumericFormat format) =>
        [.. patterns.Select(p => format == NumericFormat.Bf16 ? Bf16.ToSingle(p) : Fp16.ToSingle(p))];

    private static UlpSummary Naive(float[] left, float[] right, NumericFormat format, UlpRules rules)
    {
        long[] histogram = new long[UlpSummary.BucketCount];
        long incomparable = 0;
        long max = 0;
        int first = -1;
        for (int i = 0; i < left.Length; i++)
        {
            long distance = UlpDistance.Between(left[i], right[i], format, rules);
            if (distance != 0 && first < 0)
                first = i;
            if (distance == long.MaxValue)
            {
                incomparable++;
                continue;
            }

            max = Math.Max(max, distance);
            histogram[distance == 0 ? 0 : (int)Math.Floor(Math.Log2(distance)) + 1]++;
        }

        return new UlpSummary(left.Length, histogram, incomparable, max, first);
    }

    private static void AssertMatches(UlpSummary actual, UlpSummary expected)
    {
        actual.ElementCount.Should().Be(expected.ElementCount);
        actual.Histogram.ToArray().Should().Equal(expected.Histogram.ToArray());
        actual.IncomparableCount.Should().Be(expected.IncomparableCount);
        actual.MaxDistance.Should().Be(expected.MaxDistance);
        actual.FirstDifferentIndex.Should().Be(expected.FirstDifferentIndex);
        actual.DifferentCount.Should().Be(expected.DifferentCount);
    }
}
