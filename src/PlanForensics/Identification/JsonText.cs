using System.Text.Json;

namespace PlanForensics.Identification;

/// <summary>Fields of a JSON object that may be absent.</summary>
internal static class JsonText
{
    public static JsonElement? Get(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A text that is not empty.</summary>
    public static string? Find(JsonElement item, string name) =>
        Get(item, name) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 } text ? text : null;

    public static int? Integer(JsonElement item, string name) =>
        Get(item, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out int number) ? number : null;

    /// <summary>An array of 32-bit patterns; null when it is absent or something else.</summary>
    public static uint[]? Patterns(JsonElement item, string name)
    {
        if (Get(item, name) is not { ValueKind: JsonValueKind.Array } array)
            return null;
        var patterns = new List<uint>();
        foreach (JsonElement element in array.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetUInt32(out uint pattern))
                return null;
            patterns.Add(pattern);
        }

        return [.. patterns];
    }

    /// <summary>An array of whole numbers from 0 up; null when it is absent or something else.</summary>
    public static int[]? Shape(JsonElement item, string name)
    {
        if (Get(item, name) is not { ValueKind: JsonValueKind.Array } array)
            return null;
        var shape = new List<int>();
        foreach (JsonElement element in array.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt32(out int size) || size < 0)
                return null;
            shape.Add(size);
        }

        return [.. shape];
    }
}
