using System.Globalization;
using System.Text;
using System.Text.Json;

namespace PlanForensics.Contracts;

/// <summary>Places in JSON text: byte offsets (0-based), lines and columns, paths.</summary>
internal static class JsonPlaces
{
    /// <summary>The offset of a place that System.Text.Json reports: 0-based line and byte in the line.</summary>
    public static long OffsetOf(ReadOnlySpan<byte> json, long line, long byteInLine)
    {
        int start = 0;
        for (; line > 0 && json[start..].IndexOf((byte)'\n') is >= 0 and var feed; line--)
            start += feed + 1;
        return Math.Min(start + byteInLine, json.Length);
    }

    /// <summary>The 0-based line and 1-based column of an offset.</summary>
    public static (long Line, long Column) LineAndColumnOf(ReadOnlySpan<byte> json, long offset)
    {
        ReadOnlySpan<byte> before = json[..(int)offset];
        return (before.Count((byte)'\n'), offset - before.LastIndexOf((byte)'\n'));
    }

    /// <summary>The path of the value at an offset, as far as the text can be read: <c>$.steps[2].state.step_index</c>.</summary>
    public static string PathAt(ReadOnlySpan<byte> json, long offset)
    {
        List<(string? Name, int Index)> parts = [];
        Utf8JsonReader reader = new(json, isFinalBlock: false, default);
        try
        {
            while (reader.Read() && reader.TokenStartIndex < offset)
                Follow(ref reader, parts);
        }
        catch (JsonException)
        {
            return Format(parts);
        }

        return Format(parts);
    }

    /// <summary>The offset of the first text with an escaped half of a surrogate pair, which JSON allows and no text is; null when there is none.</summary>
    public static long? FindUnpairedSurrogate(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\\ud"u8) < 0 && json.IndexOf("\\uD"u8) < 0)
            return null;
        Utf8JsonReader reader = new(json);
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || !reader.ValueIsEscaped)
                continue;
            try
            {
                _ = reader.GetString();
            }
            catch (InvalidOperationException)
            {
                return reader.TokenStartIndex;
            }
        }

        return null;
    }

    // The last part is the value being read: a property's name (Index -1), or an array's element (Name null).
    private static void Follow(ref Utf8JsonReader reader, List<(string? Name, int Index)> parts)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                parts[^1] = (reader.ValueIsEscaped ? "?" : Encoding.UTF8.GetString(reader.ValueSpan), -1);
                return;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                parts.RemoveAt(parts.Count - 1);
                return;
        }

        if (parts.Count > 0 && parts[^1].Name is null)
            parts[^1] = (null, parts[^1].Index + 1);
        if (reader.TokenType == JsonTokenType.StartArray)
            parts.Add((null, -1));
        else if (reader.TokenType == JsonTokenType.StartObject)
            parts.Add(("", -1));
    }

    private static string Format(List<(string? Name, int Index)> parts)
    {
        StringBuilder path = new("$");
        foreach ((string? name, int index) in parts)
        {
            if (name is { Length: > 0 })
                path.Append('.').Append(name);
            else if (name is null && index >= 0)
                path.Append(CultureInfo.InvariantCulture, $"[{index}]");
        }

        return path.ToString();
    }
}
