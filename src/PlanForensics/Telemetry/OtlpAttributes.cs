using System.Text.Json;

namespace PlanForensics.Telemetry;

/// <summary>The attributes of a span or a resource, and how OTLP/JSON writes their values.</summary>
internal static class OtlpAttributes
{
    /// <summary>Name and value of each attribute.</summary>
    public static Dictionary<string, JsonElement> Of(JsonElement owner)
    {
        Dictionary<string, JsonElement> attributes = new(StringComparer.Ordinal);
        if (owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty("attributes"u8, out JsonElement list) && list.ValueKind == JsonValueKind.Array)
            foreach (JsonElement attribute in list.EnumerateArray())
                if (attribute.TryGetProperty("key"u8, out JsonElement key) && attribute.TryGetProperty("value"u8, out JsonElement value))
                    attributes[key.GetString()!] = value;
        return attributes;
    }

    /// <summary>Writes a value as plain JSON: 64-bit integers, which OTLP writes as text, become numbers.</summary>
    public static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            writer.WriteNullValue();
            return;
        }

        foreach (JsonProperty field in value.EnumerateObject())
        {
            switch (field.Name)
            {
                case "intValue" or "int_value" when field.Value.ValueKind == JsonValueKind.String && long.TryParse(field.Value.GetString(), out long number):
                    writer.WriteNumberValue(number);
                    return;
                case "arrayValue" or "array_value" when field.Value.TryGetProperty("values"u8, out JsonElement items):
                    writer.WriteStartArray();
                    foreach (JsonElement item in items.EnumerateArray())
                        Write(writer, item);
                    writer.WriteEndArray();
                    return;
                default:
                    field.Value.WriteTo(writer);
                    return;
            }
        }

        writer.WriteNullValue();
    }

    /// <summary>An attribute as text; null where it is absent or no text.</summary>
    public static string? Text(Dictionary<string, JsonElement> attributes, string name) =>
        attributes.TryGetValue(name, out JsonElement value) && value.ValueKind == JsonValueKind.Object && value.TryGetProperty("stringValue"u8, out JsonElement text)
            && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}
