using System.Globalization;
using System.Text.Json;

namespace PlanForensics.Telemetry;

/// <summary>One span with what stands around it.</summary>
internal sealed record OtlpSpan(JsonElement Span, Dictionary<string, JsonElement> Attributes, Dictionary<string, JsonElement> Resource, long Line)
{
    public const string StepPrefix = "planforensics.step.";

    public string Id => Member("spanId", "span_id") ?? "";

    public string? ParentId => Member("parentSpanId", "parent_span_id") is { Length: > 0 } id ? id : null;

    public string? TraceId => Member("traceId", "trace_id");

    public string? Name => Member("name", "name");

    public bool IsStep => Attributes.ContainsKey(StepPrefix + "index");

    public bool IsRequest => !IsStep && Attributes.Keys.Any(key => key.StartsWith("gen_ai.", StringComparison.Ordinal));

    public DateTimeOffset? Start => Time("startTimeUnixNano", "start_time_unix_nano");

    public DateTimeOffset? End => Time("endTimeUnixNano", "end_time_unix_nano");

    /// <summary>The spans of one OTLP document.</summary>
    public static IEnumerable<OtlpSpan> In(JsonElement document, long line)
    {
        foreach (JsonElement resource in Items(document, "resourceSpans", "resource_spans"))
        {
            Dictionary<string, JsonElement> around = resource.TryGetProperty("resource"u8, out JsonElement owner) ? OtlpAttributes.Of(owner) : [];
            foreach (JsonElement scope in Items(resource, "scopeSpans", "scope_spans").Concat(Items(resource, "instrumentationLibrarySpans", "instrumentation_library_spans")))
                foreach (JsonElement span in Items(scope, "spans", "spans"))
                    yield return new OtlpSpan(span, OtlpAttributes.Of(span), around, line);
        }
    }

    private static IEnumerable<JsonElement> Items(JsonElement owner, string name, string otherName)
    {
        if (owner.ValueKind != JsonValueKind.Object || !(owner.TryGetProperty(name, out JsonElement list) || owner.TryGetProperty(otherName, out list))
            || list.ValueKind != JsonValueKind.Array)
            yield break;
        foreach (JsonElement item in list.EnumerateArray())
            yield return item;
    }

    private string? Member(string name, string otherName) =>
        (Span.TryGetProperty(name, out JsonElement value) || Span.TryGetProperty(otherName, out value)) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // Written as text, since JSON numbers lose digits; some exporters write numbers all the same.
    private DateTimeOffset? Time(string name, string otherName)
    {
        if (!Span.TryGetProperty(name, out JsonElement value) && !Span.TryGetProperty(otherName, out value))
            return null;
        string text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong nanoseconds) && nanoseconds is > 0 and < long.MaxValue
            ? DateTimeOffset.UnixEpoch.AddTicks((long)(nanoseconds / 100)) : null;
    }
}
