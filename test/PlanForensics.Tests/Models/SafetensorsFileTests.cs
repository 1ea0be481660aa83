using FluentAssertions;
using PlanForensics.Models;
using PlanForensics.Numerics;
using Xunit;

namespace PlanForensics.Tests.Models;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_lists_its_tensors_in_the_order_of_their_data()
    {
        string path = _folder.Write("a.safetensors", SafetensorsBytes.Of(
            """{"b":{"dtype":"F32","shape":[1,2],"data_offsets":[4,12]},"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},"__metadata__":{"k":"v"}}   """, 12));
        using SafetensorsFile file = SafetensorsFile.Open(path);
        file.Tensors.Select(t => t.ToString()).Should().Equal("a BF16 [2]", "b F32 [1, 2]");
        file.Metadata.Should().ContainSingle().Which.Should().Be(new KeyValuePair<string, string>("k", "v"));
        file.Find("b")!.Offset.Should().Be(file.LengthBytes - 8);
        file.Find("c").Should().BeNull();
    }

    [Theory]
    [InlineData("F32", new byte[] { 0x00, 0x00, 0x80, 0x3F }, NumericFormat.Fp32, 0x3F800000u)]
    [InlineData("F32", new byte[] { 0x01, 0x00, 0x80, 0xFF }, NumericFormat.Fp32, 0xFF800001u)]
    [InlineData("BF16", new byte[] { 0x80, 0xBF }, NumericFormat.Bf16, 0xBF800000u)]
    [InlineData("F16", new byte[] { 0x01, 0x00 }, NumericFormat.Fp16, 0x33800000u)]
    public void Reading_keeps_every_bit_and_the_format(string dtype, byte[] bytes, NumericFormat format, uint widened)
    {
        string path = _folder.Write("a.safetensors", SafetensorsBytes.Of(
            $$$"""{"a":{"dtype":"{{{dtype}}}","shape":[1],"data_offsets":[0,{{{bytes.Length}}}]}}""", bytes));
        using SafetensorsFile file = SafetensorsFile.Open(path);
        TensorValue value = file.Read("a");
        value.Format.Should().Be(format);
        value.Bytes.ToArray().Should().Equal(bytes);
        if (!float.IsNaN(BitConverter.UInt32BitsToSingle(widened)))
            BitConverter.SingleToUInt32Bits(value.ToFp32()[0]).Should().Be(widened);
        file.MappedBytes("a").ToArray().Should().Equal(bytes);
    }

    [Theory]
    [InlineData("I64", 8)]
    [InlineData("BOOL", 1)]
    [InlineData("F8_E4M3", 1)]
    [InlineData("F64", 8)]
    public void Other_types_are_listed_and_their_bytes_shown_but_not_read(string dtype, int bytes)
    {
        string path = _folder.Write("a.safetensors", SafetensorsBytes.Of(
            $$$"""{"a":{"dtype":"{{{dtype}}}","shape":[1],"data_offsets":[0,{{{bytes}}}]}}""", bytes));
        using SafetensorsFile file = SafetensorsFile.Open(path);
        file.Find("a")!.Format.Should().BeNull();
        file.MappedBytes("a").Length.Should().Be(bytes);
        file.Invoking(f => f.Read("a")).Should().Throw<ModelFormatException>()
            .Where(e => e.Field == "a" && e.Message.Contains(dtype, StringComparison.Ordinal) && e.Offset == file.Find("a")!.Offset);
    }

    [Fact]
    public void Scalars_empty_tensors_and_packed_sub_byte_types_fit_their_ranges()
    {
        string path = _folder.Write("a.safetensors", SafetensorsBytes.Of(
            """{"s":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"e":{"dtype":"F32","shape":[0,7],"data_offsets":[4,4]},"p":{"dtype":"F4","shape":[2],"data_offsets":[4,5]}}""", 5));
        using SafetensorsFile file = SafetensorsFile.Open(path);
        file.Read("s").ElementCount.Should().Be(1);
        file.Read("e").ElementCount.Should().Be(0);
        file.Tensors.Select(t => t.Name).Should().Equal("s", "e", "p");
    }

    [Fact]
    public void A_file_without_tensors_is_valid()
    {
        using SafetensorsFile file = SafetensorsFile.Open(_folder.Write("a.safetensors", SafetensorsBytes.Of("{}", 0)));
        file.Tensors.Should().BeEmpty();
        file.Metadata.Should().BeEmpty();
    }

    [Fact]
    public void Memory_taken_from_a_closed_file_throws_instead_of_reading_freed_pages()
    {
        string path = _folder.Write("a.safetensors", SafetensorsBytes.Of(("a", [1], [1f])));
        SafetensorsFile file = SafetensorsFile.Open(path);
        ReadOnlyMemory<byte> memory = file.MappedBytes("a");
        TensorValue copy = file.Read("a");
        memory.Span[3].Should().Be(0x3F);
        file.Dispose();
        file.Dispose();
        FluentActions.Invoking(() => memory.Span[3]).Should().Throw<ObjectDisposedException>();
        file.Invoking(f => f.Read("a")).Should().Throw<ObjectDisposedException>();
        copy.ToFp32().Should().Equal(1f);
    }

    [Fact]
    public void Missing_files_and_names_are_the_callers_errors()
    {
        string path = _folder.Write("a.safetensors", SafetensorsBytes.Of(("a", [1], [1f])));
        using SafetensorsFile file = SafetensorsFile.Open(path);
        file.Invoking(f => f.Read("b")).Should().Throw<KeyNotFoundException>().WithMessage("*'b'*");
        FluentActions.Invoking(() => SafetensorsFile.Open(path + ".none")).Should().Throw<FileNotFoundException>();
        FluentActions.Invoking(() => SafetensorsFile.Open("")).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void The_hash_of_a_real_file_is_the_one_that_its_incident_quotes()
    {
        using SafetensorsFile file = SafetensorsFile.Open(SharedData.PathOf("models", "stories260K-hf", "model.safetensors"));
        file.ComputeSha256().Should().Be("407a7c581bdd66972383ce9ad24857713fb98786d06ea564a2fe9b34ebe77dfd");
        file.Tensors.Should().HaveCount(47);
        file.Tensors.Sum(t => t.LengthBytes).Should().Be(1_040_128);
    }
}
