using System.Buffers;
using System.Globalization;
using System.Text.Json;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Telemetry;

namespace PlanForensics.Telemetry;

/// <summary>
/// Reads OpenTelemetry spans as OTLP/JSON (one document, or one a line as the collector's file exporter writes): a span with <c>gen_ai.*</c> attributes
/// becomes a request, a span with <c>planforensics.step.*</c> attributes a step of the request it hangs under. All attributes are kept.
/// </summary>
public sealed class OtlpReader
{
    // Attribute of a request's span, and the key of a trace dictionary that it becomes; of several for one key the first present counts.
    private static readonly (string Attribute, string Key)[] RequestKeys =
    [
        ("gen_ai.response.model", "model"), ("gen_ai.request.model", "model"), ("gen_ai.request.seed", "seed"), ("gen_ai.request.temperature", "temperature"),
        ("gen_ai.request.top_p", "top_p"), ("gen_ai.request.top_k", "top_k"), ("gen_ai.request.max_tokens", "max_tokens"), ("gen_ai.request.stop_sequences", "stop"),
        ("gen_ai.request.frequency_penalty", "frequency_penalty"), ("gen_ai.request.presence_penalty", "presence_penalty"),
        ("gen_ai.usage.input_tokens", "token_count"), ("gen_ai.usage.prompt_tokens", "token_count"),
        ("planforensics.request.token_hash", "token_hash"), ("planforensics.weights.sha256", "weights_sha256"), ("planforensics.dropped_steps", "dropped_steps"),
    ];

    private readonly TelemetryReadOptions _options;
    private readonly JsonRecordStream _records;
    private readonly TraceStepReader _steps = new();
    private readonly TraceRequestReader _requests;
    private readonly HashSet<string> _begun = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _requestOf = new(StringComparer.Ordinal);
    private long _spans;
    private long _skipped;

    /// <summary>Reads from a stream, which stays open.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="options">Options; null for the defaults.</param>
    public OtlpReader(Stream stream, TelemetryReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _options = options ?? new TelemetryReadOptions();
        _records = new JsonRecordStream(stream, _options);
        _requests = new TraceRequestReader(_options);
    }

    /// <summary>Reads all spans into a sink. Holds the spans that it uses in memory, since a step may come before its request.</summary>
    /// <param name="sink">Takes requests and steps.</param>
    /// <returns>What was read; a record is a span.</returns>
    /// <exception cref="ContractFormatException">A damaged line or span, unless such are skipped.</exception>
    public TelemetryCounts Read(ITelemetrySink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        List<OtlpSpan> used = [];
        foreach (ReadOnlyMemory<byte>? record in _records.Read())
            Guard(_records.Line, null, () => used.AddRange(Spans(record)));
        foreach (OtlpSpan span in used.Where(span => span.IsRequest))
            Guard(span.Line, span, () => TakeRequest(span, sink));
        int lost = 0;
        foreach (OtlpSpan span in used.Where(span => span.IsStep))
            Guard(span.Line, span, () => lost += TakeStep(span, sink) ? 0 : 1);
        List<string> remarks = [];
        if (_spans > used.Count)
            remarks.Add(string.Create(CultureInfo.InvariantCulture, $"{_spans - used.Count} spans have neither gen_ai nor planforensics.step attributes and are left out"));
        if (lost > 0)
            remarks.Add(string.Create(CultureInfo.InvariantCulture, $"{lost} steps hang under no request of the file and are left out"));
        return new TelemetryCounts(_spans, _skipped, remarks);
    }

    private OtlpSpan[] Spans(ReadOnlyMemory<byte>? record)
    {
        if (record is not { } json)
            throw new JsonException($"the line is longer than {_options.MaxLineBytes} bytes");
        using JsonDocument document = JsonDocument.Parse(json);
        OtlpSpan[] spans = [.. OtlpSpan.In(document.RootElement.Clone(), _records.Line)];
        _spans += spans.Length;
        return Array.FindAll(spans, span => span.IsRequest || span.IsStep);
    }

    private void TakeRequest(OtlpSpan span, ITelemetrySink sink)
    {
        string id = OtlpAttributes.Text(span.Attributes, "gen_ai.response.id") ?? OtlpAttributes.Text(span.Attributes, "gen_ai.request.id") ?? $"{span.TraceId}/{span.Id}";
        if (_begun.Contains(id))
            id = $"{id}#{span.Id}";
        byte[] json = RequestJson(span);
        _requests.Members.Entries.Clear();
        _requests.Members.Add(json, 0, json.Length);
        ExecutionContract contract = _requests.Read(json, id);
        if (!_begun.Add(id) || !sink.Begin(contract))
            throw new JsonException($"the request \"{id}\" occurs twice");
        _requestOf[$"{span.TraceId}/{span.Id}"] = id;
    }

    private bool TakeStep(OtlpSpan span, ITelemetrySink sink)
    {
        if (span.ParentId is null || !_requestOf.TryGetValue($"{span.TraceId}/{span.ParentId}", out string? id))
            return false;
        byte[] json = StepJson(span);
        _steps.Members.Entries.Clear();
        _steps.Members.Add(json, 0, json.Length);
        ContractStep step = _steps.Read(json, static _ => 0);
        return sink.Step(id, step) ? true
            : throw new JsonException($"step {step.State.StepIndex} of rank {step.State.Rank} of request \"{id}\" occurs twice");
    }

    private static byte[] RequestJson(OtlpSpan span)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter writer = new(buffer);
        writer.WriteStartObject();
        if (span.Start is { } start)
            writer.WriteString("recorded_at", start);
        if (span.End is { } end)
            writer.WriteString("completed_at", end);
        HashSet<string> written = [];
        foreach ((string attribute, string key) in RequestKeys)
        {
            if (!span.Attributes.TryGetValue(attribute, out JsonElement value) || !written.Add(key))
                continue;
            writer.WritePropertyName(key);
            OtlpAttributes.Write(writer, value);
        }

        if (span.Attributes.TryGetValue("gen_ai.response.finish_reasons", out JsonElement reasons) && reasons.TryGetProperty("arrayValue"u8, out JsonElement array)
            && array.TryGetProperty("values"u8, out JsonElement values) && values.GetArrayLength() > 0 && values[0].TryGetProperty("stringValue"u8, out JsonElement reason))
            writer.WriteString("finish_reason", reason.GetString());
        string? replica = OtlpAttributes.Text(span.Attributes, "planforensics.replica") ?? OtlpAttributes.Text(span.Resource, "service.instance.id")
            ?? OtlpAttributes.Text(span.Resource, "k8s.pod.name") ?? OtlpAttributes.Text(span.Resource, "host.name");
        if (replica is not null)
            writer.WriteString("replica", replica);
        writer.WriteString("approximation", "read from a span: what the model saw is known by its count of tokens at most");
        writer.WriteStartObject("otlp");
        writer.WriteString("trace_id", span.TraceId);
        writer.WriteString("span_id", span.Id);
        writer.WriteString("name", span.Name);
        All(writer, "attributes", span.Attributes);
        All(writer, "resource", span.Resource);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] StepJson(OtlpSpan span)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter writer = new(buffer);
        writer.WriteStartObject();
        if (span.Start is { } start && !span.Attributes.ContainsKey(OtlpSpan.StepPrefix + "started_at"))
            writer.WriteString("started_at", start);
        foreach ((string name, JsonElement value) in span.Attributes)
        {
            writer.WritePropertyName(name == OtlpSpan.StepPrefix + "index" ? "step_index"
                : name.StartsWith(OtlpSpan.StepPrefix, StringComparison.Ordinal) ? name[OtlpSpan.StepPrefix.Length..] : name);
            OtlpAttributes.Write(writer, value);
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void All(Utf8JsonWriter writer, string name, Dictionary<string, JsonElement> attributes)
    {
        writer.WriteStartObject(name);
        foreach ((string key, JsonElement value) in attributes)
        {
            writer.WritePropertyName(key);
            OtlpAttributes.Write(writer, value);
        }

        writer.WriteEndObject();
    }

    private void Guard(long line, OtlpSpan? span, Action work)
    {
        try
        {
            work();
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException or FormatException)
        {
            _steps.Reset();
            string message = exception.Message;
            int cut = message.IndexOf(" Path: ", StringComparison.Ordinal);
            cut = cut < 0 ? message.IndexOf(" LineNumber: ", StringComparison.Ordinal) : cut;
            string reason = (cut < 0 ? message : message[..cut]).TrimEnd('.');
            long column = span is null && exception is JsonException { BytePositionInLine: { } at } ? at + 1 : 1;
            ContractFormatException damaged = new(line, column, span is null ? reason : $"span {span.Id}: {reason}", exception);
            if (!_options.SkipDamaged)
                throw damaged;
            _skipped++;
            _options.OnSkipped?.Invoke(damaged);
        }
    }
}
