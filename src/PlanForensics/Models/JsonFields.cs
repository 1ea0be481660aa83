using System.Text.Json;
using System.Text.Unicode;

namespace PlanForensics.Models;

/// <summary>The top-level fields of a JSON object with the byte offset of each, so that errors can point at them.</summary>
internal sealed class JsonFields
{
    private const int MaximumDepth = 32;
    private readonly Dictionary<string, (JsonElement Value, long Offset)> _fields = new(StringComparer.Ordinal);

    private JsonFields(string path) => Path = path;

    public string Path { get; }

    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="ModelFormatException">The file is larger than the limit, or is not a JSON object.</exception>
    public static JsonFields ReadFile(string path, long maximumBytes)
    {
        using MappedFile file = MappedFile.Open(path);
        return file.Length <= maximumBytes
            ? Parse(path, file.Span(0, (int)file.Length))
            : throw new ModelFormatException(path, "file", $"has {file.Length} bytes, at most {maximumBytes} are read", 0);
    }

    public static JsonFields Parse(string path, ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
            throw new ModelFormatException(path, "file", "is not valid UTF-8", 0);
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = MaximumDepth });
        JsonFields fields = new(path);
        try
        {
            fields.ReadAll(ref reader);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new ModelFormatException(path, "file", $"is not valid JSON: {exception.Message}", reader.TokenStartIndex, exception);
        }

        return fields;
    }

    /// <summary>The value of a field; a missing one and one that is null are the same.</summary>
    public (JsonElement Value, long Offset)? Find(string name) =>
        _fields.TryGetValue(name, out (JsonElement Value, long Offset) field) && field.Value.ValueKind != JsonValueKind.Null ? field : null;

    private void ReadAll(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new ModelFormatException(Path, "file", $"begins with {reader.TokenType}, expected an object", 0);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            long offset = reader.TokenStartIndex;
            string name = reader.GetString()!;
            reader.Read();
            if (!_fields.TryAdd(name, (JsonElement.ParseValue(ref reader), offset)))
                throw new ModelFormatException(Path, name, "appears twice", offset);
        }

        if (reader.Read())
            throw new ModelFormatException(Path, "file", "has more after the closing '}'", reader.TokenStartIndex);
    }
}
