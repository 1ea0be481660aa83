using System.Buffers.Binary;
using CsCheck;
using FluentAssertions;
using PlanForensics.Numerics;
using Xunit;

namespace PlanForensics.Tests.Numerics;

public class TensorValueTests
{
    [Fact]
    public void Bytes_are_little_endian_and_row_major()
    {
        TensorValue tensor = TensorValue.FromFp32([1f, -2f], 1, 2);
        tensor.Bytes.ToArray().Should().Equal(0x00, 0x00, 0x80, 0x3F, 0x00, 0x00, 0x00, 0xC0);
        tensor.Shape.ToArray().Should().Equal(1, 2);
        tensor.ElementCount.Should().Be(2);
    }

    // sha256sum of the four bytes 00 00 80 3f.
    [Fact]
    public void The_hash_is_that_of_the_bytes()
    {
        TensorValue one = TensorValue.FromFp32([1f]);
        one.Sha256.Should().Be("e00e5eb9444182f352323374ef4e08ebcb784725fdd4fd612d7730540b3e0c8c");
        one.Sha256.Should().NotBe(TensorValue.FromFp32([-1f]).Sha256);
        one.ToString().Should().Be("fp32[] sha256:" + one.Sha256[..8]);
    }

    [Fact]
    public void Rounded_values_survive_storage_in_every_format() =>
        Gen.Select(Samples.Floats.Array[1, 70], Samples.Pick(Samples.FloatingFormats)).Sample(
            static (values, format) =>
            {
                Rounding.RoundInPlace(values, format);
                TensorValue stored = TensorValue.FromRounded(format, values, values.Length);
                stored.Format.Should().Be(format);
                stored.Bytes.Length.Should().Be(values.Length * NumericFormats.BytesPerElement(format));
                stored.ToFp32().Select(Samples.Bits).Should().Equal(values.Select(Samples.Bits));
                TensorValue.FromBytes(format, stored.Bytes, values.Length).Should().Be(stored);
            },
            iter: 2_000);

    [Fact]
    public void A_value_that_needs_rounding_is_refused_with_its_index_and_bits() =>
        FluentActions.Invoking(() => TensorValue.FromRounded(NumericFormat.Bf16, [1f, Samples.Value(0x3F80_0001)], 2))
            .Should().Throw<ArgumentException>().WithMessage("*0x3F800001*index 1*bf16*");

    [Theory]
    [InlineData(3)]
    [InlineData(2, 2)]
    [InlineData]
    [InlineData(-1, -2)]
    [InlineData(int.MaxValue, int.MaxValue, int.MaxValue)]
    public void A_shape_that_does_not_fit_is_refused(params int[] shape) =>
        FluentActions.Invoking(() => TensorValue.FromFp32([1f, 2f], shape)).Should().Throw<ArgumentException>();

    [Fact]
    public void An_empty_dimension_and_a_scalar_are_allowed()
    {
        TensorValue.FromFp32([], 0, 5).ElementCount.Should().Be(0);
        TensorValue.FromFp32([7f]).ElementCount.Should().Be(1);
    }

    [Fact]
    public void Changing_the_source_does_not_change_the_tensor()
    {
        float[] source = [1f, 2f];
        byte[] raw = [1, 2];
        TensorValue fromFloats = TensorValue.FromFp32(source, 2);
        TensorValue fromBytes = TensorValue.FromBytes(NumericFormat.Int8, raw, 2);
        source[0] = 9f;
        raw[0] = 9;
        fromFloats.ToFp32().Should().Equal(1f, 2f);
        fromBytes.ToFp32().Should().Equal(1f, 2f);
    }

    [Fact]
    public void Equality_is_of_format_shape_and_bytes()
    {
        TensorValue tensor = TensorValue.FromFp32([1f, 2f], 2);
        tensor.Should().Be(TensorValue.FromFp32([1f, 2f], 2)).And.NotBe(TensorValue.FromFp32([1f, 2f], 1, 2));
        tensor.GetHashCode().Should().Be(TensorValue.FromFp32([1f, 2f], 2).GetHashCode());
        tensor.Should().NotBe(TensorValue.FromBytes(NumericFormat.Tf32, tensor.Bytes, 2));
        TensorValue.FromFp32([0f]).Should().NotBe(TensorValue.FromFp32([-0f]));
    }

    // 16777217 = 2^24 + 1 is the first integer that fp32 lacks.
    [Fact]
    public void Elements_without_an_fp32_value_are_refused_not_rounded()
    {
        byte[] integers = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(integers, -16_777_216);
        TensorValue.FromBytes(NumericFormat.Int32, integers.AsSpan(0, 4), 1).ToFp32().Should().Equal(-16_777_216f);
        BinaryPrimitives.WriteInt32LittleEndian(integers.AsSpan(4), 16_777_217);
        FluentActions.Invoking(() => TensorValue.FromBytes(NumericFormat.Int32, integers, 2).ToFp32())
            .Should().Throw<InvalidOperationException>().WithMessage("*16777217 at index 1*");
        FluentActions.Invoking(() => TensorValue.FromBytes(NumericFormat.Fp64, BitConverter.GetBytes(0.1), 1).ToFp32())
            .Should().Throw<InvalidOperationException>().WithMessage("*0x3FB999999999999A*");
        TensorValue.FromBytes(NumericFormat.Fp64, BitConverter.GetBytes(0.5), 1).ToFp32().Should().Equal(0.5f);
    }

    [Fact]
    public void The_tensor_view_has_shape_and_values_and_exists_for_fp32_alone()
    {
        var view = TensorValue.FromFp32([1f, 2f, 3f, 4f, 5f, 6f], 2, 3).AsTensorSpan();
        view.Rank.Should().Be(2);
        view[1, 0].Should().Be(4f);
        FluentActions.Invoking(() => TensorValue.FromRounded(NumericFormat.Bf16, [1f], 1).AsTensorSpan().Rank)
            .Should().Throw<InvalidOperationException>();
    }
}
