using System.Text.Json;
using System.Text.Json.Serialization;

namespace PlanForensics.Contracts;

/// <summary>A map as a JSON object with text values, names in ordinal order.</summary>
internal sealed class ValueMapJsonConverter : JsonConverter<ValueMap>
{
    public override ValueMap Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException($"expected an object with text values, found {reader.TokenType}");
        List<KeyValuePair<string, string>> pairs = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (!names.Add(name))
                throw new JsonException($"the name \"{name}\" occurs twice");
            if (!reader.Read() || reader.TokenType != JsonTokenType.String)
                throw new JsonException($"the value of \"{name}\" must be text, but is {reader.TokenType}");
            pairs.Add(new(name, reader.GetString()!));
        }

        return new ValueMap(pairs);
    }

    public override void Write(Utf8JsonWriter writer, ValueMap value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach ((string name, string text) in value)
            writer.WriteString(name, text);
        writer.WriteEndObject();
    }
}
