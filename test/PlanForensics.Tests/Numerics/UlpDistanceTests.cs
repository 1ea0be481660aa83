using CsCheck;
using FluentAssertions;
using PlanForensics.Numerics;
using Xunit;

namespace PlanForensics.Tests.Numerics;

public class UlpDistanceTests
{
    private static readonly UlpRules StrictZero = new(Zeros: SignedZeroPolicy.Distinct);

    // keys: -Epsilon -1, +Epsilon +1, -0 and +0 both 0; infinity 0x7F800000 = max finite 0x7F7FFFFF + 1; NUnit 4.6 fails or throws on the first three.
    [Theory]
    [InlineData(0x8000_0001, 0x0000_0001, 2)]
    [InlineData(0x8000_0000, 0x0000_0001, 1)]
    [InlineData(0x0000_0000, 0x8000_0001, 1)]
    [InlineData(0x8000_0000, 0x0000_0000, 0)]
    [InlineData(0x3F80_0000, 0x3F80_0001, 1)]
    [InlineData(0xBF80_0000, 0xBF80_0003, 3)]
    [InlineData(0x7F7F_FFFF, 0x7F80_0000, 1)]
    [InlineData(0xFF80_0000, 0xFF7F_FFFF, 1)]
    [InlineData(0x7F80_0000, 0x7F80_0000, 0)]
    [InlineData(0xFF80_0000, 0x7F80_0000, 0xFF00_0000)]
    [InlineData(0x007F_FFFF, 0x0080_0000, 1)]
    [InlineData(0x7FC0_0000, 0xFFC0_0001, 0)]
    [InlineData(0x7FC0_0000, 0x7F80_0000, long.MaxValue)]
    public void Hand_worked_fp32_distances(uint left, uint right, long expected)
    {
        UlpDistance.Between(Samples.Value(left), Samples.Value(right)).Should().Be(expected);
        UlpDistance.Between(Samples.Value(right), Samples.Value(left)).Should().Be(expected);
    }

    [Theory]
    [InlineData(0x8000_0000, 0x0000_0000, 1)]
    [InlineData(0x8000_0001, 0x0000_0001, 3)]
    [InlineData(0x8000_0001, 0x8000_0000, 1)]
    [InlineData(0x8000_0000, 0x8000_0000, 0)]
    [InlineData(0xFF80_0000, 0x7F80_0000, 0xFF00_0001)]
    public void Strict_zeros_are_two_points_of_the_scale(uint left, uint right, long expected) =>
        UlpDistance.Between(Samples.Value(left), Samples.Value(right), rules: StrictZero).Should().Be(expected);

    // bf16 and tf32 drop 16 and 13 bits of the key; 1 to 2 spans 2^7 bf16, 2^10 fp16 and tf32, 2^23 fp32, 2^3 E4M3 and 2^2 E5M2 numbers.
    [Theory]
    [InlineData(NumericFormat.Fp32, 1 << 23)]
    [InlineData(NumericFormat.Tf32, 1 << 10)]
    [InlineData(NumericFormat.Bf16, 1 << 7)]
    [InlineData(NumericFormat.Fp16, 1 << 10)]
    [InlineData(NumericFormat.Fp8E4M3, 1 << 3)]
    [InlineData(NumericFormat.Fp8E5M2, 1 << 2)]
    public void A_binade_spans_two_to_the_fraction_bits(NumericFormat format, long expected)
    {
        UlpDistance.Between(1f, 2f, format).Should().Be(expected);
        UlpDistance.Between(-1f, 1f, format).Should().Be(2 * UlpDistance.Between(0f, 1f, format));
    }

    [Fact]
    public void Sixteen_bit_patterns_and_Half_count_their_own_steps()
    {
        UlpDistance.BetweenPatterns(0x3F80, 0x3F82, NumericFormat.Bf16).Should().Be(2);
        UlpDistance.BetweenPatterns(0x8001, 0x0001, NumericFormat.Fp16).Should().Be(2);
        UlpDistance.Between(Half.Epsilon, -Half.Epsilon).Should().Be(2);
        UlpDistance.Between(Half.MaxValue, Half.PositiveInfinity).Should().Be(1);
        UlpDistance.Between((Half)1f, Half.NaN).Should().Be(UlpDistance.Incomparable);
    }

    [Theory]
    [InlineData(NaNPolicy.AnyNaNEqual, 0, 0)]
    [InlineData(NaNPolicy.PayloadEqual, 0, long.MaxValue)]
    [InlineData(NaNPolicy.Unequal, long.MaxValue, long.MaxValue)]
    public void The_NaN_policy_decides_between_NaNs(NaNPolicy policy, long same, long other)
    {
        foreach (NumericFormat format in Samples.FloatingFormats)
        {
            var rules = new UlpRules(policy);
            UlpDistance.Between(Samples.Value(0x7FC0_0000), Samples.Value(0x7FC0_0000), format, rules).Should().Be(same);
            UlpDistance.Between(Samples.Value(0x7FC0_0000), Samples.Value(0xFFC0_0000), format, rules).Should().Be(other);
            UlpDistance.Between(Samples.Value(0x7FC0_0000), 1f, format, rules).Should().Be(long.MaxValue);
        }
    }

    // Enumerate the format's numbers in order, count steps: independent of any bit trick.
    [Theory]
    [InlineData(NumericFormat.Fp8E4M3, 4, 3, false)]
    [InlineData(NumericFormat.Fp8E5M2, 5, 2, true)]
    [InlineData(NumericFormat.Fp16, 5, 10, true)]
    public void Distance_is_the_difference_of_ranks_among_the_numbers_of_the_format(NumericFormat format, int exponentBits, int fractionBits, bool ieee)
    {
        List<double> positive = [.. ExactReference.NonNegativeFinite(exponentBits, fractionBits, ieee)];
        if (ieee)
            positive.Add(double.PositiveInfinity);
        double[] ordered = [.. positive.Skip(1).Reverse().Select(static x => -x), .. positive];
        Gen.Select(Gen.Int[0, ordered.Length - 1], Gen.Int[0, ordered.Length - 1]).Sample(
            (i, j) => UlpDistance.Between((float)ordered[i], (float)ordered[j], format) == Math.Abs(i - j), iter: 20_000);
    }

    [Fact]
    public void Distance_counts_the_steps_of_BitIncrement() =>
        Gen.Select(Samples.Floats, Gen.Int[0, 40]).Sample(static (start, steps) =>
        {
            float end = start;
            int taken = 0;
            while (taken < steps && float.BitIncrement(end) > end)
            {
                end = float.BitIncrement(end);
                taken++;
            }

            // From -0 the first increment reaches +Epsilon, as it does from +0.
            return float.IsNaN(start) || UlpDistance.Between(start, end) == taken;
        });

    [Fact]
    public void A_value_off_the_grid_is_refused_with_its_bits() =>
        FluentActions.Invoking(() => UlpDistance.Between(1f, Samples.Value(0x3F80_0001), NumericFormat.Bf16))
            .Should().Throw<ArgumentException>().WithMessage("*0x3F800001*bf16*");

    [Fact]
    public void Formats_without_ulps_and_undefined_policies_are_refused()
    {
        FluentActions.Invoking(() => UlpDistance.Between(1f, 1f, NumericFormat.Int8)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => UlpDistance.Between(1f, 1f, NumericFormat.Fp64)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => UlpDistance.BetweenPatterns(0, 0, NumericFormat.Fp32)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => UlpDistance.Between(1f, 1f, rules: new((NaNPolicy)7))).Should().Throw<ArgumentOutOfRangeException>();
    }
}
