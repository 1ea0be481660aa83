using System.Buffers.Binary;
using FluentAssertions;
using PlanForensics.Models;
using Xunit;

namespace PlanForensics.Tests.Models;

public sealed class SafetensorsHostileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, int, string, string> Headers => new()
    {
        // header, bytes of data, field at fault, a part of the message
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "a", "two tensors" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "b", "overlaps" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "b", "overlaps" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"e":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}""", 8, "e", "overlaps" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "b", "hole of 4" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "a", "hole of 4" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 5, "header", "the file ends" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 3, "a.data_offsets", "outside" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "a.data_offsets", "outside" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551615]}}""", 4, "a.data_offsets", "outside" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551616]}}""", 4, "a.data_offsets", "not an integer" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4, "a.data_offsets", "has 1 numbers" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", 4, "a.data_offsets", "more than 2" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "a.data_offsets", "needs 8" },
        { """{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}""", 2, "a.data_offsets", "needs 2" },
        { """{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "a.shape", "not an integer" },
        { """{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}""", 4, "a.shape", "not an integer" },
        { """{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", 4, "a.shape", "not an integer" },
        { """{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "a.shape", "more elements" },
        { """{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296,0],"data_offsets":[0,0]}}""", 0, "a.shape", "more elements" },
        { """{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}""", 4, "a.shape", "more than 32" },
        { """{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}""", 4, "a.dtype", "F31" },
        { """{"a":{"dtype":32,"shape":[1],"data_offsets":[0,4]}}""", 4, "a.dtype", "expected String" },
        { """{"a":{"shape":[1],"data_offsets":[0,4]}}""", 4, "a.dtype", "missing" },
        { """{"a":{"dtype":"F32","data_offsets":[0,4]}}""", 4, "a.shape", "missing" },
        { """{"a":{"dtype":"F32","shape":[1]}}""", 4, "a.data_offsets", "missing" },
        { """{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "a.dtype", "twice" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}""", 4, "a.x", "not a field" },
        { """{"a":[1]}""", 0, "a", "expected StartObject" },
        { """{"__metadata__":{"k":1}}""", 0, "__metadata__.k", "expected String" },
        { """{"__metadata__":{},"__metadata__":{}}""", 0, "__metadata__", "twice" },
        { """{"a":{"dtype":"F32","shape":[[[[[[1]]]]]],"data_offsets":[0,4]}}""", 4, "a.shape", "not an integer" },
        { """{"a\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "header", "not valid JSON" },
        { """{"a":""", 0, "header", "not valid JSON" },
        { """{}x""", 0, "header", "not valid JSON" },
        { """{}{}""", 0, "header", "not valid JSON" },
        { """[]""", 0, "header", "'{'" },
        { """ {}""", 0, "header", "'{'" },
        { "", 0, "header", "'{'" },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void A_damaged_header_is_refused_naming_field_and_offset(string header, int dataBytes, string field, string reason)
    {
        string path = _folder.Write("a.safetensors", SafetensorsBytes.Of(header, dataBytes));
        FluentActions.Invoking(() => SafetensorsFile.Open(path)).Should().Throw<ModelFormatException>()
            .Where(e => e.Path == path && e.Field == field && e.Offset >= 8 && e.Message.Contains(reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0x7FFFFFFFFFFFFFFFul, "more than the 100000000")]
    [InlineData(0xFFFFFFFFFFFFFFFFul, "more than the 100000000")]
    [InlineData(100_000_001ul, "more than the 100000000")]
    [InlineData(100_000_000ul, "beyond the file's")]
    [InlineData(3ul, "beyond the file's")]
    public void A_header_length_that_lies_is_refused_before_anything_is_allocated(ulong length, string reason)
    {
        byte[] file = SafetensorsBytes.Of("{}", 0);
        BinaryPrimitives.WriteUInt64LittleEndian(file, length);
        string path = _folder.Write("a.safetensors", file);
        long before = GC.GetAllocatedBytesForCurrentThread();
        FluentActions.Invoking(() => SafetensorsFile.Open(path)).Should().Throw<ModelFormatException>()
            .Where(e => e.Field == "header length" && e.Offset == 0 && e.Message.Contains(reason, StringComparison.Ordinal));
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1 << 20);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void A_file_too_short_for_a_header_length_is_refused(int bytes)
    {
        string path = _folder.Write("a.safetensors", new byte[bytes]);
        FluentActions.Invoking(() => SafetensorsFile.Open(path)).Should().Throw<ModelFormatException>().Where(e => e.Offset == 0);
    }

    [Fact]
    public void Invalid_utf8_and_deep_nesting_are_refused()
    {
        byte[] file = SafetensorsBytes.Of("""{"a?":1}""", 0);
        file[8 + 3] = 0xC3;
        string path = _folder.Write("a.safetensors", file);
        FluentActions.Invoking(() => SafetensorsFile.Open(path)).Should().Throw<ModelFormatException>().WithMessage("*not valid UTF-8*");
        path = _folder.Write("b.safetensors", SafetensorsBytes.Of("{\"a\":{\"x\":" + new string('[', 1_000_000), 0));
        FluentActions.Invoking(() => SafetensorsFile.Open(path)).Should().Throw<ModelFormatException>();
        path = _folder.Write("c.safetensors", SafetensorsBytes.Of("{\"__metadata__\":" + string.Concat(Enumerable.Repeat("{\"a\":", 1_000_000)), 0));
        FluentActions.Invoking(() => SafetensorsFile.Open(path)).Should().Throw<ModelFormatException>();
    }

    [Fact]
    public void A_tensor_of_more_than_one_array_is_listed_but_not_read()
    {
        // 2^31 elements of 1 byte in a sparse file: nothing of that size may be allocated.
        string path = _folder.Write("a.safetensors", SafetensorsBytes.Of(
            """{"a":{"dtype":"U8","shape":[2147483648],"data_offsets":[0,2147483648]}}""", 0));
        using (FileStream stream = new(path, FileMode.Open))
            stream.SetLength(stream.Length + 2147483648L);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        file.Find("a")!.LengthBytes.Should().Be(2147483648L);
        file.Invoking(f => f.MappedBytes("a")).Should().Throw<ModelFormatException>().WithMessage("*larger than one array*");
    }
}
