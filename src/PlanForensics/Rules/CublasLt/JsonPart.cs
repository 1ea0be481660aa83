using System.Globalization;
using System.Text.Json;

namespace PlanForensics.Rules.CublasLt;

/// <summary>One value of a JSON file and where it stands, so that errors name it.</summary>
internal readonly record struct JsonPart(JsonElement Element, string Source, string Field)
{
    public static JsonPart Parse(ReadOnlyMemory<byte> json, string source)
    {
        ReadOnlyMemory<byte> text = json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return new JsonPart(document.RootElement.Clone(), source, "file");
        }
        catch (JsonException exception)
        {
            throw new CublasLtFormatException(source, "file", $"is not valid JSON: {exception.Message}", exception);
        }
    }

    public bool IsNull => Element.ValueKind == JsonValueKind.Null;

    public JsonPart Member(string name)
    {
        if (Element.ValueKind != JsonValueKind.Object)
            throw Bad("an object");
        return Element.TryGetProperty(name, out JsonElement value)
            ? new JsonPart(value, Source, Field == "file" ? name : $"{Field}.{name}")
            : throw new CublasLtFormatException(Source, Field == "file" ? name : $"{Field}.{name}", "is missing");
    }

    public JsonPart[] Items(int? count = null)
    {
        if (Element.ValueKind != JsonValueKind.Array || (count is { } expected && Element.GetArrayLength() != expected))
            throw Bad(count is null ? "an array" : $"an array of {count}");
        (string source, string field) = (Source, Field);
        return [.. Element.EnumerateArray().Select((item, index) => new JsonPart(item, source, string.Create(CultureInfo.InvariantCulture, $"{field}[{index}]")))];
    }

    public string Text() => Element.ValueKind == JsonValueKind.String ? Element.GetString()! : throw Bad("a text");

    public bool Flag() => Element.ValueKind is JsonValueKind.True or JsonValueKind.False ? Element.GetBoolean() : throw Bad("true or false");

    public int Integer(int low = int.MinValue, int high = int.MaxValue) =>
        Element.ValueKind == JsonValueKind.Number && Element.TryGetInt32(out int value) && value >= low && value <= high
            ? value
            : throw Bad(low == int.MinValue ? "a whole number" : string.Create(CultureInfo.InvariantCulture, $"a whole number of {low} to {high}"));

    public int? IntegerOrNull() => IsNull ? null : Integer();

    public CublasLtFormatException Bad(string expected)
    {
        string found = Element.GetRawText();
        return new CublasLtFormatException(Source, Field, $"expected {expected}; got {(found.Length <= 60 ? found : string.Concat(found.AsSpan(0, 60), "..."))}");
    }
}
