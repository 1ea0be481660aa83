using FluentAssertions;
using PlanForensics.Numerics;
using Xunit;

namespace PlanForensics.FluentAssertions.Tests;

/// <summary>Distances where subtraction, Epsilon or the bits alone give another answer. Expected distances are counted by hand on the line of representable numbers.</summary>
public sealed class UlpTests
{
    private const float Smallest = 1.4e-45f; // 0x00000001

    [Theory]
    [InlineData(-0f, Smallest, 1)] // bits 0x80000000 and 0x00000001 are 2^31 - 1 apart
    [InlineData(-0f, 0f, 0)]
    [InlineData(-Smallest, Smallest, 2)]
    [InlineData(1f, 1.0000001f, 1)]
    [InlineData(1f, 0.99999994f, 1)]
    [InlineData(float.MaxValue, float.PositiveInfinity, 1)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity, 0)] // inf - inf is NaN
    [InlineData(float.NegativeInfinity, float.PositiveInfinity, 4278190080)] // 2 x 0x7F800000
    [InlineData(float.NaN, float.NaN, 0)]
    public void A_distance_of_binary32(float actual, float expected, long ulps)
    {
        actual.Should().BeWithinUlps(ulps, expected);
        new[] { actual }.Should().BeWithinUlps(ulps, [expected]);
        expected.Should().BeWithinUlps(ulps, actual, "distances are symmetric");
        if (ulps > 0) // negative control: one ulp less is too few
            Failure.Of(() => actual.Should().BeWithinUlps(ulps - 1, expected)).Should().Contain(ulps == 1 ? "1 ulp of fp32" : $"{ulps} ulps of fp32");
    }

    [Theory]
    [InlineData(0x8000, 0x0001, 1)] // -0 and the smallest subnormal
    [InlineData(0x8001, 0x0001, 2)]
    [InlineData(0x3C00, 0x3C01, 1)] // 1 and 1 + 2^-10: 8,192 steps of binary32
    [InlineData(0x7BFF, 0x7C00, 1)] // 65504 and infinity
    [InlineData(0x0400, 0x03FF, 1)] // smallest normal and largest subnormal
    public void A_distance_of_binary16(int actual, int expected, long ulps)
    {
        (Half a, Half b) = (BitConverter.UInt16BitsToHalf((ushort)actual), BitConverter.UInt16BitsToHalf((ushort)expected));
        a.Should().BeWithinUlps(ulps, b);
        new[] { a }.Should().BeWithinUlps(ulps, [b]);
        Failure.Of(() => a.Should().BeWithinUlps(ulps - 1, b)).Should().Contain("of fp16");
    }

    [Theory]
    [InlineData(0x8000, 0x0001, 1)]
    [InlineData(0x3F80, 0x3F81, 1)] // 1 and 1 + 2^-7: 65,536 steps of binary32
    [InlineData(0x7F7F, 0x7F80, 1)]
    [InlineData(0xBF80, 0x3F80, 32512)] // -1 and 1: twice 0x3F80
    public void A_distance_of_bfloat16(int actual, int expected, long ulps)
    {
        BFloat16Bits[] a = new[] { (ushort)actual }.AsBFloat16();
        BFloat16Bits[] b = new[] { (ushort)expected }.AsBFloat16();
        a.Should().BeWithinUlps(ulps, b);
        a[0].Should().BeWithinUlps(ulps, b[0]);
        Failure.Of(() => a[0].Should().BeWithinUlps(ulps - 1, b[0])).Should().Contain("of bf16");
    }

    [Theory]
    [InlineData(-0.0, 5e-324, 1)]
    [InlineData(1.0, 1.0000000000000002, 1)]
    [InlineData(-5e-324, 5e-324, 2)]
    [InlineData(double.MaxValue, double.PositiveInfinity, 1)]
    [InlineData(double.NegativeInfinity, double.PositiveInfinity, long.MaxValue - 1)] // 2 x 0x7FF0... is more than 2^63 - 2
    public void A_distance_of_binary64(double actual, double expected, long ulps)
    {
        actual.Should().BeWithinUlps(ulps, expected);
        Failure.Of(() => actual.Should().BeWithinUlps(ulps - 1, expected)).Should().Contain("of fp64");
    }

    [Fact]
    public void Integers_are_compared_by_their_difference()
    {
        new[] { -3, int.MinValue }.Should().BeWithinUlps(5, [2, int.MinValue]);
        Failure.Of(() => new[] { int.MinValue }.Should().BeWithinUlps(1, [int.MaxValue])).Should().Contain("4294967295 apart");
        new sbyte[] { -128 }.Should().BeWithinUlps(255, [(sbyte)127]);
    }

    [Fact]
    public void The_sign_of_zero_is_a_bit_and_no_ulp()
    {
        0f.Should().BeWithinUlps(0, -0f);
        Failure.Of(() => 0f.Should().BeBitwiseEqualTo(-0f)).Should().Contain(
            """
              first       -0 (0x80000000) expected, 0 (0x00000000) found, 0 ulps of fp32
              note        only the sign of a zero differs
            """);
    }

    [Fact]
    public void A_NaN_is_compared_as_the_policy_says()
    {
        float quiet = BitConverter.UInt32BitsToSingle(0x7FC0_0000);
        float other = BitConverter.UInt32BitsToSingle(0xFFC0_0001);
        quiet.Should().BeWithinUlps(0, other).And.BeWithinUlps(0, quiet, NaNPolicy.PayloadEqual);
        Failure.Of(() => quiet.Should().BeWithinUlps(0, other, NaNPolicy.PayloadEqual)).Should().Contain("incomparable").And.Contain("--max-ulps 0 --nans payload");
        Failure.Of(() => quiet.Should().BeWithinUlps(long.MaxValue - 1, quiet, NaNPolicy.Unequal)).Should().Contain("--nans never");
        Failure.Of(() => quiet.Should().BeWithinUlps(long.MaxValue - 1, 1f)).Should().Contain("1 (0x3F800000) expected, NaN (0x7FC00000) found, incomparable");
        Failure.Of(() => quiet.Should().BeBitwiseEqualTo(other)).Should().Contain("note        both are NaN: sign or payload differ");
        Failure.Of(() => new[] { 1.0, double.NaN }.Should().BeWithinUlps(9, [1.0, 2.0])).Should().Contain("[1] 2 (0x4000000000000000) expected, NaN (0xFFF8000000000000) found, incomparable")
            .And.Contain("1 incomparable (NaN)");
    }

    [Fact]
    public void A_distance_is_no_negative_number()
    {
        Action assertion = () => 1f.Should().BeWithinUlps(-1, 1f);
        assertion.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Small_formats_are_compared_on_their_own_grid()
    {
        TensorValue e4m3 = TensorValue.FromBytes(NumericFormat.Fp8E4M3, (byte[])[0x38, 0x80], 2); // 1, -0
        e4m3.Should().BeWithinUlps(1, TensorValue.FromBytes(NumericFormat.Fp8E4M3, (byte[])[0x39, 0x01], 2)); // 1.125 and the smallest
        Failure.Of(() => e4m3.Should().BeWithinUlps(0, TensorValue.FromBytes(NumericFormat.Fp8E4M3, (byte[])[0x39, 0x01], 2))).Should().Contain("[0] 1.125 (0x39) expected, 1 (0x38) found, 1 ulp of fp8e4m3");
    }
}
