using FluentAssertions;
using PlanForensics.Numerics;
using Xunit;

namespace PlanForensics.Tests.Numerics;

public class BitPatternTests
{
    [Fact]
    public void All_bf16_patterns_round_trip_and_NaNs_become_canonical()
    {
        for (int pattern = 0; pattern <= 0xFFFF; pattern++)
        {
            float value = Bf16.ToSingle((ushort)pattern);
            Samples.Bits(value).Should().Be((uint)pattern << 16);
            ushort expected = (pattern & 0x7FFF) > 0x7F80 ? (ushort)0x7FC0 : (ushort)pattern;
            if (Bf16.FromSingle(value) != expected)
                Bf16.FromSingle(value).Should().Be(expected);
        }
    }

    [Fact]
    public void All_fp16_patterns_round_trip_and_widen_as_System_Half_does()
    {
        for (int pattern = 0; pattern <= 0xFFFF; pattern++)
        {
            float value = Fp16.ToSingle((ushort)pattern);
            bool isNaN = (pattern & 0x7FFF) > 0x7C00;
            if (!isNaN)
                Samples.Bits(value).Should().Be(Samples.Bits((float)BitConverter.UInt16BitsToHalf((ushort)pattern)));
            Fp16.FromSingle(value).Should().Be(isNaN ? (ushort)0x7E00 : (ushort)pattern);
        }

        Samples.Bits(Fp16.ToSingle(0xFC01)).Should().Be(0xFF80_2000, "a NaN keeps sign and payload and is not quieted");
    }

    [Theory]
    [InlineData(NumericFormat.Fp8E4M3, 4, 3, false)]
    [InlineData(NumericFormat.Fp8E5M2, 5, 2, true)]
    public void All_fp8_patterns_have_the_value_of_their_fields_and_round_trip(NumericFormat format, int exponentBits, int fractionBits, bool ieee)
    {
        double[] finite = ExactReference.NonNegativeFinite(exponentBits, fractionBits, ieee);
        for (int pattern = 0; pattern < 128; pattern++)
        {
            float positive = Widen(format, (byte)pattern);
            float negative = Widen(format, (byte)(pattern | 0x80));
            if (pattern < finite.Length)
            {
                ((double)positive).Should().Be(finite[pattern]);
                Samples.Bits(negative).Should().Be(Samples.Bits((float)finite[pattern]) | 0x8000_0000);
                Narrow(format, positive).Should().Be((byte)pattern);
                Narrow(format, negative).Should().Be((byte)(pattern | 0x80));
            }
            else if (ieee && pattern == finite.Length)
            {
                positive.Should().Be(float.PositiveInfinity);
                negative.Should().Be(float.NegativeInfinity);
            }
            else
            {
                positive.Should().Be(float.NaN);
                Narrow(format, positive).Should().Be(ieee ? (byte)0x7E : (byte)0x7F);
            }
        }
    }

    [Fact]
    public void Fp8_has_the_largest_values_of_the_OCP_table()
    {
        Fp8E4M3.ToSingle(0x7E).Should().Be(448f);
        Fp8E5M2.ToSingle(0x7B).Should().Be(57344f);
        Fp8E4M3.FromSingle(1e9f).Should().Be((byte)0x7F);
        Fp8E4M3.FromSingle(1e9f, saturate: true).Should().Be((byte)0x7E);
        Fp8E4M3.FromSingle(-1e9f, saturate: true).Should().Be((byte)0xFE);
        Fp8E5M2.FromSingle(-1e9f).Should().Be((byte)0xFC);
        Fp8E4M3.FromSingle(0.001953125f).Should().Be((byte)0x01, "2^-9 is the smallest subnormal");
    }

    // 0x3F801FFF: the 13 low bits are 1; truncation clears them, nearest goes up one unit of 2^-10 (0x2000).
    [Fact]
    public void Tf32_truncation_and_nearest_differ_and_a_low_payload_NaN_truncates_to_infinity()
    {
        Samples.Bits(Tf32.Truncate(Samples.Value(0x3F80_1FFF))).Should().Be(0x3F80_0000);
        Tf32.FromSingle(Samples.Value(0x3F80_1FFF)).Should().Be(0x3F80_2000);
        Tf32.FromSingle(Samples.Value(0x3F80_1000)).Should().Be(0x3F80_0000);
        Tf32.FromSingle(Samples.Value(0x3F80_1000), RoundingMode.NearestAway).Should().Be(0x3F80_2000);
        Tf32.Truncate(Samples.Value(0x7F80_0001)).Should().Be(float.PositiveInfinity);
        Tf32.FromSingle(Samples.Value(0x7F80_0001), RoundingMode.TowardZero).Should().Be(0x7FC0_0000);
    }

    [Fact]
    public void Span_conversions_have_the_bits_of_the_scalar_ones_for_every_pattern_and_length()
    {
        ushort[] patterns = [.. Enumerable.Range(0, 0x1_0000).Select(static i => (ushort)i)];
        foreach (int length in (int[])[0, 1, 15, 31, 33, 257, 0x1_0000])
        {
            float[] wide = new float[length];
            ushort[] back = new ushort[length];
            Bf16.ToSingle(patterns.AsSpan(^length..), wide);
            Bf16.FromSingle(wide, back);
            wide.Select(Samples.Bits).Should().Equal(patterns[^length..].Select(static p => Samples.Bits(Bf16.ToSingle(p))));
            back.Should().Equal(wide.Select(static v => Bf16.FromSingle(v)));
            Fp16.ToSingle(patterns.AsSpan(^length..), wide);
            Fp16.FromSingle(wide, back);
            wide.Select(Samples.Bits).Should().Equal(patterns[^length..].Select(static p => Samples.Bits(Fp16.ToSingle(p))));
            back.Should().Equal(wide.Select(static v => Fp16.FromSingle(v)));
        }
    }

    [Fact]
    public void Fp16_agrees_with_System_Half_over_a_stride_of_all_fp32_patterns()
    {
        for (ulong bits = 0; bits <= uint.MaxValue; bits += 40_503)
        {
            float value = Samples.Value((uint)bits);
            if (!float.IsNaN(value) && Fp16.FromSingle(value) != BitConverter.HalfToUInt16Bits((Half)value))
                Fp16.FromSingle(value).Should().Be(BitConverter.HalfToUInt16Bits((Half)value), $"of 0x{bits:X8}");
        }

        Fp16.FromSingle(1f).Should().Be((ushort)0x3C00);
    }

    private static float Widen(NumericFormat format, byte pattern) =>
        format == NumericFormat.Fp8E4M3 ? Fp8E4M3.ToSingle(pattern) : Fp8E5M2.ToSingle(pattern);

    private static byte Narrow(NumericFormat format, float value) =>
        format == NumericFormat.Fp8E4M3 ? Fp8E4M3.FromSingle(value) : Fp8E5M2.FromSingle(value);
}
