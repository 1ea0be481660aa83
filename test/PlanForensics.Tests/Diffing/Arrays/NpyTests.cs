using CsCheck;
using FluentAssertions;
using PlanForensics.Diffing.Arrays;
using PlanForensics.Numerics;
using Xunit;

namespace PlanForensics.Tests.Diffing.Arrays;

public class NpyTests
{
    [Fact]
    public void A_file_written_by_numpy_is_read()
    {
        // numpy.save of numpy.array([[1, -2.5]], dtype='<f4'), bytes as NumPy 2 writes them: header padded to 128 bytes in all.
        byte[] file =
        [
            0x93, .. "NUMPY"u8, 1, 0, 0x76, 0,
            .. "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }"u8, .. Enumerable.Repeat((byte)' ', 58), (byte)'\n',
            0x00, 0x00, 0x80, 0x3F, 0x00, 0x00, 0x20, 0xC0,
        ];
        TensorValue value = Read(file);
        value.Should().Be(TensorValue.FromFp32([1f, -2.5f], 1, 2));
    }

    [Theory]
    [InlineData("<f2", null, NumericFormat.Fp16)]
    [InlineData("<f4", null, NumericFormat.Fp32)]
    [InlineData("<f8", null, NumericFormat.Fp64)]
    [InlineData("|i1", null, NumericFormat.Int8)]
    [InlineData("<i4", null, NumericFormat.Int32)]
    [InlineData("<V2", NumericFormat.Bf16, NumericFormat.Bf16)]
    [InlineData("|V2", NumericFormat.Bf16, NumericFormat.Bf16)]
    [InlineData("<u2", NumericFormat.Bf16, NumericFormat.Bf16)]
    [InlineData("<u2", NumericFormat.Fp16, NumericFormat.Fp16)]
    [InlineData("|u1", NumericFormat.Fp8E4M3, NumericFormat.Fp8E4M3)]
    [InlineData("<f1", NumericFormat.Fp8E5M2, NumericFormat.Fp8E5M2)]
    [InlineData("<f4", NumericFormat.Tf32, NumericFormat.Tf32)]
    [InlineData("<f4", NumericFormat.Fp32, NumericFormat.Fp32)]
    public void A_dtype_is_the_format_that_it_names_or_that_the_caller_names(string description, NumericFormat? asked, NumericFormat format)
    {
        byte[] data = [.. Enumerable.Range(1, 6 * NumericFormats.BytesPerElement(format)).Select(static i => (byte)i)];
        TensorValue value = Read(NpyBytes.Of(description, "(2, 3)", data), asked);
        value.Should().Be(TensorValue.FromBytes(format, (ReadOnlySpan<byte>)data, 2, 3));
    }

    [Theory]
    [InlineData("()", 1, new int[0])]
    [InlineData("(3,)", 3, new[] { 3 })]
    [InlineData("(3L, 1L)", 3, new[] { 3, 1 })]
    [InlineData("(0, 99999)", 0, new[] { 0, 99999 })]
    [InlineData("( 1 ,2 , 2 )", 4, new[] { 1, 2, 2 })]
    public void Shapes_of_any_rank_are_read_in_every_version(string shape, int elements, int[] expected)
    {
        for (int major = 1; major <= 3; major++)
            Read(NpyBytes.Of("<f4", shape, new byte[4 * elements], major)).Shape.ToArray().Should().Equal(expected);
    }

    [Theory]
    [InlineData("<V2", null, "*names 2 bytes without saying what they are; give the format, one of bf16, fp16*")]
    [InlineData("<f4", NumericFormat.Bf16, "*is fp32, but bf16 was asked for*")]
    [InlineData("<f2", NumericFormat.Bf16, "*is fp16, but bf16 was asked for*")]
    [InlineData("<u2", NumericFormat.Fp32, "*names 2 bytes*")]
    [InlineData(">f4", null, "*big-endian*")]
    [InlineData("<c8", null, "*is not read here*")]
    [InlineData("|O", null, "*is no simple dtype*")]
    [InlineData("|b1", NumericFormat.Int8, "*is not read here*")]
    [InlineData("", null, "*is no simple dtype*")]
    public void Other_dtypes_are_refused(string description, NumericFormat? asked, string message) =>
        Refused(NpyBytes.Of(description, "(1,)", new byte[8]), asked).Message.Should().Match("t.npy: descr*").And.Match(message);

    [Fact]
    public void Fortran_order_is_refused_unless_it_is_C_order_too()
    {
        Refused(NpyBytes.Of("<f4", "(2, 3)", new byte[24], fortran: "True")).Message.Should().Contain("Fortran order").And.Contain("ascontiguousarray");
        Read(NpyBytes.Of("<f4", "(1, 3)", new byte[12], fortran: "True")).Shape.ToArray().Should().Equal(1, 3);
    }

    [Theory]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "*structured*")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, }", "*missing*")]
    [InlineData("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", "*'descr' is unknown or occurs twice*")]
    [InlineData("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,), }", "*True or False*")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1), }", "*written (N,)*")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "*a dimension is expected*")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }", "*a dimension is expected*")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1 1), }", "*',' is expected*")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), } + evil()", "*text follows*")]
    [InlineData("{'descr': '\\x3cf4', 'fortran_order': False, 'shape': (1,), }", "*escape*")]
    [InlineData("{'descr': '<f4", "*has no end*")]
    [InlineData("['descr']", "*'{' is expected*")]
    public void Damaged_headers_are_refused_with_their_place(string dictionary, string message)
    {
        ArrayFormatException exception = Refused(NpyBytes.OfHeader(dictionary, new byte[4]));
        exception.Message.Should().Match(message);
        exception.Offset.Should().BeGreaterThanOrEqualTo(10);
    }

    [Fact]
    public void Sizes_that_do_not_fit_the_file_allocate_nothing()
    {
        Refused(NpyBytes.Of("<f4", "(3,)", new byte[8])).Message.Should().Contain("takes 12 bytes, but the file holds 8").And.Contain("cut");
        Refused(NpyBytes.Of("<f4", "(1,)", new byte[8])).Message.Should().Contain("one file must hold one array");
        Refused(NpyBytes.Of("<f8", "(2147483647, 2147483647, 2147483647, 2147483647, 2147483647)", [])).Message.Should().Contain("but the file holds 0");
    }

    [Fact]
    public void What_is_no_npy_file_or_a_newer_one_is_refused()
    {
        Refused("PK\u0003\u0004 a zip"u8.ToArray()).Offset.Should().Be(0);
        Refused(NpyBytes.Of("<f4", "(1,)", new byte[4], major: 4)).Message.Should().Contain("version 4.0");
        byte[] longHeader = NpyBytes.Of("<f4", "(1,)", new byte[4], major: 2);
        longHeader[11] = 0x7F;
        Refused(longHeader).Message.Should().Contain("declares a header of");
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] file = NpyBytes.Of("<f4", "(2,)", new byte[8]);
        for (int length = 0; length < file.Length; length++)
            Refused(file[..length]);
        Read(file).ElementCount.Should().Be(2);
    }

    [Fact]
    public void Random_changes_give_an_array_or_a_refusal() =>
        Gen.Select(Gen.Int[0, 127], Gen.Byte, Gen.Int[0, 127], Gen.Byte).Sample(
            static (place, value, secondPlace, secondValue) =>
            {
                byte[] file = NpyBytes.Of("<f4", "(2, 2)", new byte[16]);
                file[place] = value;
                file[secondPlace] = secondValue;
                try
                {
                    Read(file).ElementCount.Should().BeLessThanOrEqualTo(16);
                }
                catch (ArrayFormatException exception)
                {
                    exception.Path.Should().Be("t.npy");
                }
            },
            iter: 3_000);

    private static TensorValue Read(byte[] file, NumericFormat? format = null) => ArrayFile.ReadNpy(new MemoryStream(file), "t.npy", format);

    private static ArrayFormatException Refused(byte[] file, NumericFormat? format = null) =>
        FluentActions.Invoking(() => Read(file, format)).Should().Throw<ArrayFormatException>().Which;
}
