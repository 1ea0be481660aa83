using System.Text.Json;
using System.Text.Json.Serialization;

namespace PlanForensics.Contracts;

/// <summary>Hashes by their text form.</summary>
internal sealed class ContentHashJsonConverter : JsonConverter<ContentHash>
{
    public override ContentHash Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return ContentHash.TryParse(text, out ContentHash? hash)
            ? hash
            : throw new JsonException($"a hash is written sha256:HEX or hmac-sha256:KEYID:HEX (64 lower-case digits), but is {text ?? reader.TokenType.ToString()}");
    }

    public override void Write(Utf8JsonWriter writer, ContentHash value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
