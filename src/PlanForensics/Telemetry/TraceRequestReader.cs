using System.Buffers;
using System.Text.Json;
using PlanForensics.Contracts;

namespace PlanForensics.Telemetry;

/// <summary>Turns the dictionary of x into a contract without steps.</summary>
internal sealed class TraceRequestReader(TelemetryReadOptions options)
{
    public TraceDictionary Members { get; } = new(TraceKeys.Request);

    public ExecutionContract Read(ReadOnlySpan<byte> line, string requestId)
    {
        ArrayBufferWriter<byte> buffer = new(1024);
        using Utf8JsonWriter writer = new(buffer);
        writer.WriteStartObject();
        writer.WriteNumber("schema_version"u8, ExecutionContract.CurrentSchemaVersion);
        writer.WriteString("request_id"u8, requestId);
        foreach (TraceEntry entry in Members.Entries)
            if (entry.Section == TraceSection.Header && entry.Field!.Name is "completed_at" or "finish_reason" or "replica" or "dropped_steps" or "recorded_at")
                WriteHeader(writer, line, entry);
        if (!Members.Has(TraceSection.Header, "recorded_at"))
        {
            writer.WriteString("recorded_at"u8, options.ImportedAt);
            writer.WriteBoolean("recorded_at_is_import_time"u8, true);
        }

        WriteModel(writer, line);
        writer.WriteStartObject("request"u8);
        TraceValueWriter.Members(writer, line, Members, TraceSection.Request);
        Nested(writer, line, "truncation", TraceSection.Truncation);
        Nested(writer, line, "decode", TraceSection.Decode);
        Nested(writer, line, "prefix_cache", TraceSection.PrefixCache);
        TraceValueWriter.Members(writer, line, Members, TraceSection.Unknown);
        writer.WriteEndObject();
        writer.WriteStartArray("steps"u8);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        ExecutionContract contract = JsonSerializer.Deserialize(buffer.WrittenSpan, ContractJson.Context.ExecutionContract)!;
        return ContractRules.FindProblem(contract) is { } problem ? throw new JsonException(problem) : contract;
    }

    /// <summary>The request of steps that come without one.</summary>
    public ExecutionContract Unknown(string requestId) => new()
    {
        SchemaVersion = ExecutionContract.CurrentSchemaVersion,
        RequestId = requestId,
        RecordedAt = options.ImportedAt,
        Model = new ModelIdentity { Name = "unknown" },
        Request = new EffectiveRequest { Approximation = "the trace holds steps only; x was not recorded" },
        Steps = [],
    };

    private static void WriteHeader(Utf8JsonWriter writer, ReadOnlySpan<byte> line, in TraceEntry entry)
    {
        TraceDictionary one = new(TraceKeys.Request);
        one.Entries.Add(entry);
        TraceValueWriter.Members(writer, line, one, TraceSection.Header);
    }

    private void WriteModel(Utf8JsonWriter writer, ReadOnlySpan<byte> line)
    {
        writer.WriteStartObject("model"u8);
        bool hasName = false;
        foreach (TraceEntry entry in Members.Entries)
        {
            if (entry.Field?.Value != TraceValue.ModelName)
                continue;
            hasName = true;
            if (entry.Token == JsonTokenType.StartObject)
            {
                TraceValueWriter.Inner(writer, entry.Of(line));
                continue;
            }

            writer.WritePropertyName("name"u8);
            writer.WriteRawValue(entry.Of(line), skipInputValidation: true);
        }

        if (!hasName)
            writer.WriteString("name"u8, "unknown"u8);
        TraceValueWriter.Members(writer, line, Members, TraceSection.Model);
        writer.WriteEndObject();
    }

    // An object of the dictionary and keys beside it make one object.
    private void Nested(Utf8JsonWriter writer, ReadOnlySpan<byte> line, string name, TraceSection section)
    {
        if (!Members.Has(section))
            return;
        if (Members.Has(TraceSection.Request, name))
            throw new JsonException($"\"{name}\" stands as an object and in keys of its own");
        writer.WriteStartObject(name);
        TraceValueWriter.Members(writer, line, Members, section);
        if (section == TraceSection.PrefixCache && !Members.Has(section, "used"))
            writer.WriteBoolean("used"u8, true);
        writer.WriteEndObject();
    }
}
