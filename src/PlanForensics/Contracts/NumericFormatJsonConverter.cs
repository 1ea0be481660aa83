using System.Text.Json;
using System.Text.Json.Serialization;
using PlanForensics.Numerics;

namespace PlanForensics.Contracts;

/// <summary>Formats by their canonical names.</summary>
internal sealed class NumericFormatJsonConverter : JsonConverter<NumericFormat>
{
    public override NumericFormat Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? name = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return NumericFormats.TryParse(name, out NumericFormat format)
            ? format
            : throw new JsonException($"a format is one of {string.Join(", ", Enum.GetValues<NumericFormat>().Select(NumericFormats.NameOf))}, but is {name ?? reader.TokenType.ToString()}");
    }

    public override void Write(Utf8JsonWriter writer, NumericFormat value, JsonSerializerOptions options) =>
        writer.WriteStringValue(NumericFormats.NameOf(value));
}
