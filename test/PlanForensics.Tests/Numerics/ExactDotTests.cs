using System.Numerics;
using CsCheck;
using FluentAssertions;
using PlanForensics.Numerics;
using Xunit;

namespace PlanForensics.Tests.Numerics;

public class ExactDotTests
{
    private static readonly Gen<double> AnyFiniteDouble =
        Gen.ULong.Select(BitConverter.UInt64BitsToDouble).Where(double.IsFinite);

    private static readonly Gen<double> NearDouble =
        Gen.Select(Gen.ULong, Gen.Int[-30, 30], static (bits, exponent) =>
            Math.ScaleB(BitConverter.UInt64BitsToDouble((bits & 0x800F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000), exponent));

    // 2^60 + 1 - 2^60 = 1: every order of fp32 additions but one loses the 1.
    [Fact]
    public void Cancellation_loses_nothing()
    {
        float big = MathF.ScaleB(1, 60);
        ExactDot.Sum([big, 1f, -big]).Should().Be(1f);
        ExactDot.Dot([big, 1f, big], [big, 1f, -big]).Should().Be(1f);
        ExactDot.Sum([double.MaxValue, double.MaxValue, double.Epsilon, -double.MaxValue, -double.MaxValue]).Should().Be(double.Epsilon);
        ExactDot.Dot([double.Epsilon, 1e300], [double.Epsilon, 1e300], mode: RoundingMode.TowardZero).Should().Be(double.MaxValue);
        ExactDot.Dot([double.Epsilon], [double.Epsilon], mode: RoundingMode.TowardPositive).Should().Be(double.Epsilon);
    }

    // 1 + 2^-24 ties to the even 1 (0x3F800000); any further positive term decides for 0x3F800001. bf16: the tie is 1 + 2^-8.
    [Fact]
    public void The_result_is_rounded_once_and_ties_see_every_lower_bit()
    {
        float half = MathF.ScaleB(1, -24);
        Samples.Bits(ExactDot.Sum([1f, half])).Should().Be(0x3F80_0000);
        Samples.Bits(ExactDot.Sum([1f, half, float.Epsilon])).Should().Be(0x3F80_0001);
        Samples.Bits(ExactDot.Sum([1f, half, -float.Epsilon])).Should().Be(0x3F80_0000);
        ExactDot.Dot([1f, 1f, 1e-30f], [1f, 1f / 256, 1e-30f], NumericFormat.Bf16).Should().Be(1 + (1 / 128.0));
        ExactDot.Dot([1f, 1f], [1f, 1f / 256], NumericFormat.Bf16).Should().Be(1.0);
        Samples.Bits(ExactDot.Sum([float.MaxValue, float.MaxValue])).Should().Be(0x7F80_0000);
    }

    [Fact]
    public void Specials_and_zero_signs_follow_the_documented_rules()
    {
        Samples.Bits(ExactDot.Sum(ReadOnlySpan<float>.Empty)).Should().Be(0);
        Samples.Bits(ExactDot.Sum([-0f, -0f])).Should().Be(0x8000_0000);
        Samples.Bits(ExactDot.Sum([-0f, 0f])).Should().Be(0);
        Samples.Bits(ExactDot.Sum([1f, -1f])).Should().Be(0);
        Samples.Bits(ExactDot.Dot([-1f, 0f], [0f, -3f])).Should().Be(0x8000_0000);
        Samples.Bits(ExactDot.Dot([float.PositiveInfinity], [0f])).Should().Be(0x7FC0_0000);
        Samples.Bits(ExactDot.Sum([float.PositiveInfinity, float.NegativeInfinity])).Should().Be(0x7FC0_0000);
        Samples.Bits(ExactDot.Sum([1f, float.NaN])).Should().Be(0x7FC0_0000);
        ExactDot.Dot([1f, float.PositiveInfinity], [1f, -2f]).Should().Be(float.NegativeInfinity);
    }

    [Fact]
    public void Dot_products_agree_with_BigInteger_arithmetic_in_every_format_and_mode() =>
        Gen.Select(
            Gen.Select(Gen.OneOf(AnyFiniteDouble, NearDouble), Gen.OneOf(AnyFiniteDouble, NearDouble)).Array[0, 20],
            Samples.Pick([NumericFormat.Fp64, NumericFormat.Fp32, NumericFormat.Bf16, NumericFormat.Fp16]),
            Samples.Pick(Samples.Modes)).Sample(
            static (pairs, format, mode) =>
            {
                double[] left = [.. pairs.Select(static p => p.Item1)];
                double[] right = [.. pairs.Select(static p => p.Item2)];
                AssertRounded(ExactDot.Dot(left, right, format, mode), ExactProductSum(left, right), format, mode);
            },
            iter: 3_000);

    [Fact]
    public void Fp32_dot_products_agree_with_BigInteger_arithmetic_where_terms_cancel() =>
        Gen.Select(Samples.Moderate, Samples.Moderate).Array[1, 12].Sample(
            static pairs =>
            {
                float[] left = [.. pairs.Select(static p => p.Item1), .. pairs.Select(static p => -p.Item1), 1e-20f];
                float[] right = [.. pairs.Select(static p => p.Item2), .. pairs.Select(static p => MathF.BitIncrement(p.Item2)), 1e-20f];
                BigInteger exact = ExactProductSum([.. left.Select(static x => (double)x)], [.. right.Select(static x => (double)x)]);
                AssertRounded(ExactDot.Dot(left, right), exact, NumericFormat.Fp32, RoundingMode.NearestEven);
            },
            iter: 3_000);

    [Fact]
    public void The_order_of_terms_does_not_matter() =>
        Gen.Select(Gen.OneOf(AnyFiniteDouble, NearDouble).Array[0, 30], Gen.Int).Sample(static (values, seed) =>
        {
            double[] shuffled = [.. values];
            new Random(seed).Shuffle(shuffled);
            ExactDot.Sum(shuffled).Should().Be(ExactDot.Sum(values));
        });

    [Fact]
    public void The_exact_check_notices_a_sequential_sum()
    {
        double[] values = [1e16, 1, -1e16];
        double sequential = values[0] + values[1] + values[2];
        FluentActions.Invoking(() => AssertRounded(sequential, ExactProductSum(values, [1, 1, 1]), NumericFormat.Fp64, RoundingMode.NearestEven))
            .Should().Throw<Exception>();
    }

    [Fact]
    public void Lengths_that_differ_are_refused() =>
        FluentActions.Invoking(() => ExactDot.Dot([1f], [1f, 2f])).Should().Throw<ArgumentException>();

    // In units of 2^-2148.
    private static BigInteger ExactProductSum(double[] left, double[] right) =>
        left.Zip(right, static (a, b) => ExactReference.Scaled(a) * ExactReference.Scaled(b)).Aggregate(BigInteger.Zero, static (sum, term) => sum + term);

    private static void AssertRounded(double actual, BigInteger exact, NumericFormat format, RoundingMode mode)
    {
        (int precision, int minExponent, double largest) = format switch
        {
            NumericFormat.Fp64 => (53, -1022, double.MaxValue),
            NumericFormat.Fp32 => (24, -126, float.MaxValue),
            NumericFormat.Bf16 => (8, -126, (2 - Math.ScaleB(1, -7)) * Math.ScaleB(1, 127)),
            _ => (11, -14, 65504),
        };
        BigInteger expected = ExactReference.Round(exact, -2148, precision, minExponent, mode);
        BigInteger limit = ExactReference.Scaled(largest) << 126;
        if (BigInteger.Abs(expected) > limit)
        {
            bool inward = mode == RoundingMode.TowardZero || mode == (exact.Sign < 0 ? RoundingMode.TowardPositive : RoundingMode.TowardNegative);
            actual.Should().Be(exact.Sign * (inward ? largest : double.PositiveInfinity));
            return;
        }

        (ExactReference.Scaled(actual) << 126).Should().Be(expected);
    }
}
