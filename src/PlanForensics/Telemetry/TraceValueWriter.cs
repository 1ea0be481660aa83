using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using PlanForensics.Contracts;

namespace PlanForensics.Telemetry;

/// <summary>Writes members of a trace dictionary as contract JSON.</summary>
internal static class TraceValueWriter
{
    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdef"u8);

    /// <summary>Writes the members of a section; unknown ones where asked.</summary>
    public static void Members(Utf8JsonWriter writer, ReadOnlySpan<byte> line, TraceDictionary members, TraceSection section)
    {
        foreach (TraceEntry entry in members.Entries)
        {
            if (entry.Section != section)
                continue;
            if (entry.Field is null)
            {
                writer.WritePropertyName(entry.Key!);
                writer.WriteRawValue(entry.Of(line), skipInputValidation: true);
            }
            else if (entry.Token != JsonTokenType.Null && entry.Field.Value is not (TraceValue.ShapeText or TraceValue.CollectiveText or TraceValue.ModelName))
            {
                writer.WritePropertyName(entry.Field.Name);
                Value(writer, entry.Of(line), entry);
            }
        }
    }

    /// <summary>The members of an object value, as they are.</summary>
    public static void Inner(Utf8JsonWriter writer, ReadOnlySpan<byte> value)
    {
        Utf8JsonReader reader = new(value);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            writer.WritePropertyName(reader.GetString()!);
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            writer.WriteRawValue(value[start..(int)reader.BytesConsumed], skipInputValidation: true);
        }
    }

    private static void Value(Utf8JsonWriter writer, ReadOnlySpan<byte> value, in TraceEntry entry)
    {
        switch (entry.Field!.Value)
        {
            case TraceValue.Text when entry.Token != JsonTokenType.String:
                writer.WriteStringValue(value);
                break;
            case TraceValue.Time when entry.Token == JsonTokenType.Number:
                writer.WriteStringValue(Time(Number(value)));
                break;
            case TraceValue.Hash when value.Length == 66 && value[1..^1].IndexOfAnyExcept(HexDigits) < 0:
                writer.WriteStringValue($"sha256:{Encoding.UTF8.GetString(value[1..^1])}");
                break;
            case TraceValue.MegabytesToBytes when entry.Token == JsonTokenType.Number:
                writer.WriteNumberValue((long)Math.Round(Number(value) * 1_048_576));
                break;
            case TraceValue.SecondsToMilliseconds when entry.Token == JsonTokenType.Number:
                writer.WriteNumberValue(Number(value) * 1000);
                break;
            case TraceValue.TruthNumber when entry.Token == JsonTokenType.Number && value is [(byte)'0' or (byte)'1']:
                writer.WriteBooleanValue(value[0] == '1');
                break;
            case TraceValue.VersionText when entry.Token == JsonTokenType.String:
                writer.WriteStartObject();
                writer.WritePropertyName("library");
                writer.WriteRawValue(value, skipInputValidation: true);
                writer.WriteEndObject();
                break;
            default:
                writer.WriteRawValue(value, skipInputValidation: true);
                break;
        }
    }

    // Seconds since 1970, or where that would be past the year 5000: milliseconds, microseconds, nanoseconds.
    private static string Time(double value)
    {
        double seconds = value switch
        {
            < 1e11 => value,
            < 1e14 => value / 1e3,
            < 1e17 => value / 1e6,
            _ => value / 1e9,
        };
        if (!(seconds is >= 0 and < 2.5e11))
            throw new JsonException("a time is a text, or a number of seconds since 1970");
        return DateTimeOffset.UnixEpoch.AddTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond)).ToString("O", CultureInfo.InvariantCulture);
    }

    private static double Number(ReadOnlySpan<byte> value) => JsonSerializer.Deserialize(value, ContractJson.Context.Double);
}
