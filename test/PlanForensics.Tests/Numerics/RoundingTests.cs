using System.Numerics;
using CsCheck;
using FluentAssertions;
using PlanForensics.Numerics;
using Xunit;

namespace PlanForensics.Tests.Numerics;

public class RoundingTests
{
    // bf16 keeps the upper 16 bits of fp32: 0x3F808000 lies midway between 0x3F80 (even) and 0x3F81; 0x3F818000 between 0x3F81 and 0x3F82 (even).
    // fp16 keeps 10 fraction bits: 65519.996 (0x477FEFFF) is below, 65520 (0x477FF000) at the midpoint of 65504 and 65536: a tie that goes up, out of range.
    // fp16 subnormals are multiples of 2^-24; 2^-25 = 0x33000000 ties between 0 (even) and 1 unit; the next fp32 above rounds to 2^-24 = 0x33800000.
    // E4M3: 464 = 0x43E80000 ties between 448 (1.110b * 2^8, even) and 480 (no such number): stays 448; the next fp32 above overflows to NaN.
    // E5M2: 61440 = 0x47700000 ties between 57344 (1.11b * 2^15, odd) and 65536: overflows; the one below stays 57344 = 0x47600000.
    [Theory]
    [InlineData(NumericFormat.Bf16, 0x3F80_8000, 0x3F80_0000)]
    [InlineData(NumericFormat.Bf16, 0x3F80_8001, 0x3F81_0000)]
    [InlineData(NumericFormat.Bf16, 0x3F81_8000, 0x3F82_0000)]
    [InlineData(NumericFormat.Bf16, 0x0000_8000, 0x0000_0000)]
    [InlineData(NumericFormat.Bf16, 0x0000_8001, 0x0001_0000)]
    [InlineData(NumericFormat.Bf16, 0x7F7F_8000, 0x7F80_0000)]
    [InlineData(NumericFormat.Bf16, 0x7F7F_7FFF, 0x7F7F_0000)]
    [InlineData(NumericFormat.Bf16, 0x7F80_0001, 0x7FC0_0000)]
    [InlineData(NumericFormat.Bf16, 0xFFC0_0000, 0x7FC0_0000)]
    [InlineData(NumericFormat.Bf16, 0x8000_0001, 0x8000_0000)]
    [InlineData(NumericFormat.Tf32, 0x3F80_1000, 0x3F80_0000)]
    [InlineData(NumericFormat.Tf32, 0x3F80_3000, 0x3F80_4000)]
    [InlineData(NumericFormat.Fp16, 0x477F_EFFF, 0x477F_E000)]
    [InlineData(NumericFormat.Fp16, 0x477F_F000, 0x7F80_0000)]
    [InlineData(NumericFormat.Fp16, 0x3300_0000, 0x0000_0000)]
    [InlineData(NumericFormat.Fp16, 0x3300_0001, 0x3380_0000)]
    [InlineData(NumericFormat.Fp16, 0xB300_0000, 0x8000_0000)]
    [InlineData(NumericFormat.Fp8E4M3, 0x43E8_0000, 0x43E0_0000)]
    [InlineData(NumericFormat.Fp8E4M3, 0x43E8_0001, 0x7FC0_0000)]
    [InlineData(NumericFormat.Fp8E4M3, 0xFF80_0000, 0x7FC0_0000)]
    [InlineData(NumericFormat.Fp8E5M2, 0x476F_FFFF, 0x4760_0000)]
    [InlineData(NumericFormat.Fp8E5M2, 0x4770_0000, 0x7F80_0000)]
    [InlineData(NumericFormat.Fp32, 0xFF80_0001, 0x7FC0_0000)]
    [InlineData(NumericFormat.Fp32, 0x8000_0000, 0x8000_0000)]
    public void Hand_worked_nearest_even_bits(NumericFormat format, uint bits, uint expected) =>
        Samples.Bits(Rounding.ToFormat(Samples.Value(bits), format)).Should().Be(expected);

    // 1 + 2^-8 + 2^-9 = 0x3F80C000 lies three quarters of a bf16 unit above 1; 1 + 2^-8 = 0x3F808000 is the tie. Both signs.
    [Theory]
    [InlineData(RoundingMode.NearestAway, 0x3F80_8000, 0x3F81_0000, 0xBF81_0000)]
    [InlineData(RoundingMode.NearestEven, 0x3F80_8000, 0x3F80_0000, 0xBF80_0000)]
    [InlineData(RoundingMode.TowardZero, 0x3F80_C000, 0x3F80_0000, 0xBF80_0000)]
    [InlineData(RoundingMode.TowardPositive, 0x3F80_0001, 0x3F81_0000, 0xBF80_0000)]
    [InlineData(RoundingMode.TowardNegative, 0x3F80_C000, 0x3F80_0000, 0xBF81_0000)]
    public void Each_mode_rounds_bf16_by_its_direction(RoundingMode mode, uint bits, uint positive, uint negative)
    {
        Samples.Bits(Rounding.ToFormat(Samples.Value(bits), NumericFormat.Bf16, mode)).Should().Be(positive);
        Samples.Bits(Rounding.ToFormat(-Samples.Value(bits), NumericFormat.Bf16, mode)).Should().Be(negative);
    }

    // Overflow by mode (IEEE 754 section 7.4): modes that point inward stop at the largest finite value.
    [Theory]
    [InlineData(NumericFormat.Fp16, RoundingMode.TowardZero, 65504f, -65504f)]
    [InlineData(NumericFormat.Fp16, RoundingMode.TowardPositive, float.PositiveInfinity, -65504f)]
    [InlineData(NumericFormat.Fp16, RoundingMode.TowardNegative, 65504f, float.NegativeInfinity)]
    [InlineData(NumericFormat.Fp8E4M3, RoundingMode.TowardZero, 448f, -448f)]
    [InlineData(NumericFormat.Fp8E4M3, RoundingMode.TowardPositive, float.NaN, -448f)]
    [InlineData(NumericFormat.Fp8E5M2, RoundingMode.NearestAway, float.PositiveInfinity, float.NegativeInfinity)]
    public void Overflow_follows_the_mode(NumericFormat format, RoundingMode mode, float positive, float negative)
    {
        Rounding.ToFormat(1e6f, format, mode).Should().Be(positive);
        Rounding.ToFormat(-1e6f, format, mode).Should().Be(negative);
    }

    [Fact]
    public void Saturation_stops_overflow_and_infinity_but_not_NaN()
    {
        foreach (NumericFormat format in Samples.NarrowFormats)
        {
            float largest = Rounding.ToFormat(float.MaxValue, format, RoundingMode.TowardZero);
            Rounding.ToFormat(float.PositiveInfinity, format, saturate: true).Should().Be(largest);
            Rounding.ToFormat(float.NegativeInfinity, format, saturate: true).Should().Be(-largest);
            Rounding.ToFormat(float.MaxValue, format, saturate: true).Should().Be(largest);
            Samples.Bits(Rounding.ToFormat(float.NaN, format, saturate: true)).Should().Be(0x7FC0_0000);
        }
    }

    // 1 + 2^-8 + 2^-40 is above the bf16 tie 1 + 2^-8, so one rounding gives 1 + 2^-7; through fp32 the 2^-40 is lost first, and the tie goes to 1.
    [Fact]
    public void Double_is_rounded_once_where_two_roundings_differ()
    {
        double value = 1 + Math.ScaleB(1, -8) + Math.ScaleB(1, -40);
        Rounding.ToFormat(value, NumericFormat.Bf16).Should().Be(1 + Math.ScaleB(1, -7));
        Rounding.ToFormat((float)value, NumericFormat.Bf16).Should().Be(1f, "this is the double rounding that the direct form avoids");
    }

    // 2^-127 + 2^-151 lies between the fp32 subnormals 2^-127 and 2^-127 + 2^-149: a quarter of a unit up.
    [Fact]
    public void Double_to_fp32_rounds_subnormals_in_every_mode()
    {
        double value = Math.ScaleB(1, -127) + Math.ScaleB(1, -151);
        Samples.Bits((float)Rounding.ToFormat(value, NumericFormat.Fp32)).Should().Be(0x0040_0000);
        Samples.Bits((float)Rounding.ToFormat(value, NumericFormat.Fp32, RoundingMode.TowardPositive)).Should().Be(0x0040_0001);
        Samples.Bits((float)Rounding.ToFormat(-double.Epsilon, NumericFormat.Fp32, RoundingMode.TowardNegative)).Should().Be(0x8000_0001);
        Samples.Bits((float)Rounding.ToFormat(-double.Epsilon, NumericFormat.Fp32)).Should().Be(0x8000_0000);
    }

    [Fact]
    public void Rounding_agrees_with_exact_integer_arithmetic_in_every_format_and_mode() =>
        Gen.Select(Samples.Floats, Samples.Pick(Samples.FloatingFormats), Samples.Pick(Samples.Modes)).Sample(
            static (value, format, mode) =>
            {
                if (!float.IsFinite(value))
                    return;
                double rounded = Rounding.ToFormat(value, format, mode, saturate: true);
                Expected(value, format, mode).Should().Be(ExactReference.Scaled(rounded) << 126, $"of {value:R} 0x{Samples.Bits(value):X8} in {format} {mode}");
                double.IsNegative(rounded).Should().Be(float.IsNegative(value));
            },
            iter: 40_000);

    [Fact]
    public void Double_rounding_agrees_with_exact_integer_arithmetic() =>
        Gen.Select(Gen.Double, Gen.Int[-160, 20], Samples.Pick(Samples.FloatingFormats), Samples.Pick(Samples.Modes)).Sample(
            static (seed, exponent, format, mode) =>
            {
                double value = Math.ScaleB(Math.IEEERemainder(seed, 1.0) + 0.75, exponent);
                if (!double.IsFinite(value))
                    return;
                double rounded = Rounding.ToFormat(value, format, mode, saturate: true);
                Expected(value, format, mode).Should().Be(ExactReference.Scaled(rounded) << 126);
            },
            iter: 20_000);

    [Fact]
    public void The_exact_check_notices_a_wrong_rounding()
    {
        float midpoint = Samples.Value(0x3F81_8000);
        double truncated = Rounding.ToFormat(midpoint, NumericFormat.Bf16, RoundingMode.TowardZero);
        (ExactReference.Scaled(truncated) << 126).Should().NotBe(Expected(midpoint, NumericFormat.Bf16, RoundingMode.NearestEven));
    }

    [Fact]
    public void Span_forms_have_the_bits_of_the_scalar_form() =>
        Gen.Select(Samples.Floats.Array[0, 130], Samples.Pick(Samples.FloatingFormats), Samples.Pick(Samples.Modes), Gen.Bool).Sample(
            static (values, format, mode, saturate) =>
            {
                uint[] expected = [.. values.Select(value => Samples.Bits(Rounding.ToFormat(value, format, mode, saturate)))];
                float[] apart = new float[values.Length];
                Rounding.Round(values, apart, format, mode, saturate);
                Rounding.RoundInPlace(values, format, mode, saturate);
                apart.Select(Samples.Bits).Should().Equal(expected);
                values.Select(Samples.Bits).Should().Equal(expected);
            },
            iter: 5_000);

    [Fact]
    public void Rounding_is_idempotent_and_its_results_are_representable() =>
        Gen.Select(Samples.Floats, Samples.Pick(Samples.FloatingFormats), Samples.Pick(Samples.Modes)).Sample(
            static (value, format, mode) =>
            {
                float once = Rounding.ToFormat(value, format, mode);
                Samples.Bits(Rounding.ToFormat(once, format, mode)).Should().Be(Samples.Bits(once));
                Rounding.IsRepresentable(once, format).Should().BeTrue();
            });

    [Fact]
    public void A_value_between_two_bf16_values_is_not_representable() =>
        Rounding.IsRepresentable(Samples.Value(0x3F80_0001), NumericFormat.Bf16).Should().BeFalse();

    [Fact]
    public void Integer_formats_undefined_modes_and_bad_spans_are_refused()
    {
        FluentActions.Invoking(() => Rounding.ToFormat(1f, NumericFormat.Int8)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => Rounding.ToFormat(1f, NumericFormat.Bf16, (RoundingMode)9)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => Rounding.Round(new float[2], new float[3], NumericFormat.Bf16)).Should().Throw<ArgumentException>();
        float[] shared = new float[4];
        FluentActions.Invoking(() => Rounding.Round(shared.AsSpan(0, 3), shared.AsSpan(1, 3), NumericFormat.Bf16)).Should().Throw<ArgumentException>();
    }

    private static BigInteger Expected(double value, NumericFormat format, RoundingMode mode)
    {
        (int precision, int minExponent, double largest) = format switch
        {
            NumericFormat.Fp32 => (24, -126, (double)float.MaxValue),
            NumericFormat.Tf32 => (11, -126, (2 - Math.ScaleB(1, -10)) * Math.ScaleB(1, 127)),
            NumericFormat.Bf16 => (8, -126, (2 - Math.ScaleB(1, -7)) * Math.ScaleB(1, 127)),
            NumericFormat.Fp16 => (11, -14, 65504),
            NumericFormat.Fp8E4M3 => (4, -6, 448),
            _ => (3, -14, 57344.0),
        };
        BigInteger rounded = ExactReference.Round(ExactReference.Scaled(value), -1074, precision, minExponent, mode);
        BigInteger limit = ExactReference.Scaled(largest) << 126;
        return BigInteger.Max(-limit, BigInteger.Min(limit, rounded));
    }
}
