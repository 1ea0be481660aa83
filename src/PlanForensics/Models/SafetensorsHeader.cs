using System.Text.Json;
using System.Text.Unicode;

namespace PlanForensics.Models;

/// <summary>Reads the JSON header of a safetensors file. Every offset in an error counts from the start of the file.</summary>
internal ref struct SafetensorsHeader
{
    private const int LengthFieldBytes = 8;
    private const int MaximumRank = 32;
    private const int MaximumDepth = 4;

    private readonly string _path;
    private readonly long _dataOffset;
    private readonly long _dataLength;
    private Utf8JsonReader _reader;

    private SafetensorsHeader(string path, ReadOnlySpan<byte> json, long dataLength)
    {
        _path = path;
        _dataOffset = LengthFieldBytes + json.Length;
        _dataLength = dataLength;
        _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaximumDepth });
    }

    public static (List<SafetensorsTensor> Tensors, Dictionary<string, string> Metadata) Parse(string path, ReadOnlySpan<byte> json, long dataLength)
    {
        if (json.IsEmpty || json[0] != (byte)'{')
            throw new ModelFormatException(path, "header", "does not begin with '{'; this is no safetensors file", LengthFieldBytes);
        if (!Utf8.IsValid(json))
            throw new ModelFormatException(path, "header", "is not valid UTF-8", LengthFieldBytes);
        SafetensorsHeader header = new(path, json, dataLength);
        try
        {
            return header.ReadRoot();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new ModelFormatException(path, "header", $"is not valid JSON: {exception.Message}", header.At, exception);
        }
    }

    private readonly long At => LengthFieldBytes + _reader.TokenStartIndex;

    private (List<SafetensorsTensor> Tensors, Dictionary<string, string> Metadata) ReadRoot()
    {
        Dictionary<string, SafetensorsTensor> tensors = new(StringComparer.Ordinal);
        Dictionary<string, string>? metadata = null;
        _reader.Read();
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            long at = At;
            string name = _reader.GetString()!;
            if (name == "__metadata__")
                metadata = metadata is null ? ReadMetadata() : throw Fail(name, "appears twice", at);
            else if (!tensors.TryAdd(name, ReadEntry(name, at)))
                throw Fail(name, "two tensors have this name", at);
        }

        if (_reader.Read())
            throw Fail("header", "has more after the closing '}'", At);
        return (InFileOrder(tensors), metadata ?? []);
    }

    private Dictionary<string, string> ReadMetadata()
    {
        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        Expect(JsonTokenType.StartObject, "__metadata__");
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            long at = At;
            string key = _reader.GetString()!;
            Expect(JsonTokenType.String, $"__metadata__.{key}");
            if (!metadata.TryAdd(key, _reader.GetString()!))
                throw Fail($"__metadata__.{key}", "appears twice", at);
        }

        return metadata;
    }

    private SafetensorsTensor ReadEntry(string name, long at)
    {
        string? dtype = null;
        List<ulong>? shape = null;
        List<ulong>? range = null;
        Expect(JsonTokenType.StartObject, name);
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            long fieldAt = At;
            string field = _reader.GetString()!;
            switch (field)
            {
                case "dtype" when dtype is null:
                    Expect(JsonTokenType.String, $"{name}.dtype");
                    dtype = _reader.GetString()!;
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers($"{name}.shape", MaximumRank);
                    break;
                case "data_offsets" when range is null:
                    range = ReadNumbers($"{name}.data_offsets", 2);
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw Fail($"{name}.{field}", "appears twice", fieldAt);
                default:
                    throw Fail($"{name}.{field}", "is not a field of the format (dtype, shape, data_offsets)", fieldAt);
            }
        }

        return Check(name, at,
            dtype ?? throw Fail($"{name}.dtype", "is missing", at),
            shape ?? throw Fail($"{name}.shape", "is missing", at),
            range ?? throw Fail($"{name}.data_offsets", "is missing", at));
    }

    private List<ulong> ReadNumbers(string field, int maximum)
    {
        List<ulong> numbers = [];
        Expect(JsonTokenType.StartArray, field);
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (_reader.TokenType != JsonTokenType.Number || !_reader.TryGetUInt64(out ulong number))
                throw Fail(field, "holds something that is not an integer from 0 to 2^64 - 1", At);
            if (numbers.Count == maximum)
                throw Fail(field, $"has more than {maximum} numbers", At);
            numbers.Add(number);
        }

        return numbers;
    }

    private readonly SafetensorsTensor Check(string name, long at, string dtype, List<ulong> shape, List<ulong> range)
    {
        if (!SafetensorsDtype.TryGetBits(dtype, out int bits))
            throw Fail($"{name}.dtype", $"'{dtype}' is not a type of the format", at);
        UInt128 count = 1;
        foreach (ulong dimension in shape)
        {
            count *= dimension;
            if (dimension > long.MaxValue || count > long.MaxValue)
                throw Fail($"{name}.shape", $"[{string.Join(", ", shape)}] has more elements than any file can hold", at);
        }

        if (range.Count != 2)
            throw Fail($"{name}.data_offsets", $"has {range.Count} numbers, expected begin and end", at);
        (ulong begin, ulong end) = (range[0], range[1]);
        if (begin > end || end > (ulong)_dataLength)
            throw Fail($"{name}.data_offsets", $"[{begin}, {end}] lies outside the {_dataLength} bytes of data", at);
        UInt128 neededBits = count * (UInt128)bits;
        if (neededBits != (UInt128)(end - begin) * 8)
            throw Fail($"{name}.data_offsets", $"holds {end - begin} bytes, but {dtype} [{string.Join(", ", shape)}] needs {(neededBits + 7) / 8}", at);
        return new SafetensorsTensor(name, dtype, [.. shape.Select(d => (long)d)], _dataOffset + (long)begin, (long)(end - begin));
    }

    /// <summary>The format forbids overlaps and holes: sorted by place, each tensor begins where the one before ended.</summary>
    private readonly List<SafetensorsTensor> InFileOrder(Dictionary<string, SafetensorsTensor> tensors)
    {
        List<SafetensorsTensor> ordered = [.. tensors.Values.OrderBy(t => t.Offset).ThenBy(t => t.LengthBytes).ThenBy(t => t.Name, StringComparer.Ordinal)];
        long expected = _dataOffset;
        foreach (SafetensorsTensor tensor in ordered)
        {
            if (tensor.Offset < expected)
                throw Fail(tensor.Name, $"overlaps the tensor before it, which ends at byte {expected}", tensor.Offset);
            if (tensor.Offset > expected)
                throw Fail(tensor.Name, $"leaves a hole of {tensor.Offset - expected} bytes before it", expected);
            expected += tensor.LengthBytes;
        }

        if (expected != _dataOffset + _dataLength)
            throw Fail("header", $"names data up to byte {expected}, but the file ends at byte {_dataOffset + _dataLength}", expected);
        return ordered;
    }

    private void Expect(JsonTokenType type, string field)
    {
        _reader.Read();
        if (_reader.TokenType != type)
            throw Fail(field, $"is {_reader.TokenType}, expected {type}", At);
    }

    private readonly ModelFormatException Fail(string field, string problem, long offset) => new(_path, field, problem, offset);
}
