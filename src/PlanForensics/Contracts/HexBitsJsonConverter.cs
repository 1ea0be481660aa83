using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PlanForensics.Contracts;

/// <summary>Bits as <c>"0x3fa0"</c>: four digits where they suffice, else eight.</summary>
internal sealed class HexBitsJsonConverter : JsonConverter<uint>
{
    public override uint Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return text is not null && text.StartsWith("0x", StringComparison.Ordinal) && text.Length <= 10
            && uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint bits)
            ? bits
            : throw new JsonException($"bits are text such as \"0x3fa00000\" (0x and 1 to 8 hexadecimal digits), but are {text ?? reader.TokenType.ToString()}");
    }

    public override void Write(Utf8JsonWriter writer, uint value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value <= 0xFFFF ? $"0x{value:x4}" : $"0x{value:x8}");
}
