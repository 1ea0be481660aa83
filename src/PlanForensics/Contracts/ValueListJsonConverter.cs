using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace PlanForensics.Contracts;

/// <summary>A list as a JSON array.</summary>
internal sealed class ValueListJsonConverter<T> : JsonConverter<ValueList<T>>
{
    public override ValueList<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException($"expected an array, found {reader.TokenType}");
        // The element's converter and not JsonSerializer.Deserialize: that would report places relative to the element.
        JsonConverter<T> element = (JsonConverter<T>)options.GetTypeInfo(typeof(T)).Converter;
        List<T> items = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.Null)
                throw new JsonException($"element {items.Count} of the array is null");
            items.Add(element.Read(ref reader, typeof(T), options)!);
        }

        return new ValueList<T>([.. items]);
    }

    public override void Write(Utf8JsonWriter writer, ValueList<T> value, JsonSerializerOptions options)
    {
        JsonTypeInfo<T> element = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        writer.WriteStartArray();
        foreach (T item in value.AsSpan())
            JsonSerializer.Serialize(writer, item, element);
        writer.WriteEndArray();
    }
}
