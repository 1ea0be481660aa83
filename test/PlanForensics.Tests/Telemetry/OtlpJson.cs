using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace PlanForensics.Tests.Telemetry;

/// <summary>Writes activities as OTLP/JSON, as an exporter does.</summary>
internal static class OtlpJson
{
    public static byte[] Of(IEnumerable<Activity> spans)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter writer = new(buffer);
        writer.WriteStartObject();
        writer.WriteStartArray("resourceSpans");
        writer.WriteStartObject();
        writer.WriteStartArray("scopeSpans");
        writer.WriteStartObject();
        writer.WriteStartArray("spans");
        foreach (Activity span in spans)
            Write(writer, span);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, Activity span)
    {
        writer.WriteStartObject();
        writer.WriteString("traceId", span.TraceId.ToHexString());
        writer.WriteString("spanId", span.SpanId.ToHexString());
        if (span.ParentSpanId != default)
            writer.WriteString("parentSpanId", span.ParentSpanId.ToHexString());
        writer.WriteString("name", span.DisplayName);
        writer.WriteString("startTimeUnixNano", ((span.StartTimeUtc - DateTime.UnixEpoch).Ticks * 100).ToString(CultureInfo.InvariantCulture));
        writer.WriteString("endTimeUnixNano", ((span.StartTimeUtc + span.Duration - DateTime.UnixEpoch).Ticks * 100).ToString(CultureInfo.InvariantCulture));
        writer.WriteStartArray("attributes");
        foreach ((string key, object? value) in span.TagObjects)
        {
            if (value is null)
                continue;
            writer.WriteStartObject();
            writer.WriteString("key", key);
            writer.WritePropertyName("value");
            Write(writer, value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, object value)
    {
        writer.WriteStartObject();
        switch (value)
        {
            case int or long:
                writer.WriteString("intValue", Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
            case double number:
                writer.WriteNumber("doubleValue", number);
                break;
            case string[] texts:
                writer.WriteStartObject("arrayValue");
                writer.WriteStartArray("values");
                foreach (string text in texts)
                    Write(writer, text);
                writer.WriteEndArray();
                writer.WriteEndObject();
                break;
            default:
                writer.WriteString("stringValue", Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }

        writer.WriteEndObject();
    }
}
