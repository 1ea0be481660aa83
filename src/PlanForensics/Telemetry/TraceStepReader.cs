using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using PlanForensics.Contracts;
using PlanForensics.Plans;

namespace PlanForensics.Telemetry;

/// <summary>Turns the dictionary of one step into a contract's step. Its buffers are reused.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A writer over a buffer holds nothing to release.")]
internal sealed class TraceStepReader
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly Utf8JsonWriter _writer;

    public TraceStepReader() => _writer = new Utf8JsonWriter(_buffer);

    public TraceDictionary Members { get; } = new(TraceKeys.Step);

    /// <summary>Reads the collected members; a step without an index gets one.</summary>
    public ContractStep Read(ReadOnlySpan<byte> line, Func<int, int> nextIndex)
    {
        StepShape shape = ReadShape(line);
        _writer.WriteStartObject();
        _writer.WriteStartObject("shape"u8);
        _writer.WriteNumber("query_length"u8, 1);
        _writer.WriteNumber("key_length"u8, 1);
        _writer.WriteEndObject();
        TraceValueWriter.Members(_writer, line, Members, TraceSection.State);
        if (!Members.Has(TraceSection.State, "phase"))
            _writer.WriteString("phase"u8, shape.QueryLength > 1 || shape.QueryLength == shape.KeyLength ? "prefill"u8 : "decode"u8);
        bool hasIndex = Members.Has(TraceSection.State, "step_index");
        if (!hasIndex)
            _writer.WriteNumber("step_index"u8, 0);
        WriteCollective(line);
        TraceValueWriter.Members(_writer, line, Members, TraceSection.Unknown);
        _writer.WriteEndObject();
        StepState state = JsonSerializer.Deserialize(Take(), ContractJson.Context.StepState)!;
        state = hasIndex ? state with { Shape = shape } : state with { Shape = shape, StepIndex = nextIndex(state.Rank) };
        StepObservation observation = new();
        if (Members.Has(TraceSection.Observation))
        {
            _writer.WriteStartObject();
            TraceValueWriter.Members(_writer, line, Members, TraceSection.Observation);
            _writer.WriteEndObject();
            observation = JsonSerializer.Deserialize(Take(), ContractJson.Context.StepObservation)!;
        }

        return ContractRules.FindProblem(observation) is { } problem ? throw new JsonException(problem) : new ContractStep { State = state, Observation = observation };
    }

    /// <summary>Throws away what a failed line left.</summary>
    public void Reset() => Clear();

    private StepShape ReadShape(ReadOnlySpan<byte> line)
    {
        bool hasParts = Members.Has(TraceSection.Shape);
        foreach (TraceEntry entry in Members.Entries)
        {
            if (entry.Field?.Value != TraceValue.ShapeText)
                continue;
            if (hasParts)
                throw new JsonException("the shape stands in \"shape\" and in keys of its own");
            if (entry.Token == JsonTokenType.String)
                return StepShape.Parse(JsonSerializer.Deserialize(entry.Of(line), ContractJson.Context.String)!);
            TraceDictionary parts = new(TraceKeys.Step);
            parts.Add(line, entry.Start, entry.Length);
            return ReadParts(line, parts);
        }

        return hasParts ? ReadParts(line, Members, withUnknown: false) : throw new JsonException("the step has no shape (\"shape\": \"q=1,k=37\", or keys q and k)");
    }

    private StepShape ReadParts(ReadOnlySpan<byte> line, TraceDictionary parts, bool withUnknown = true)
    {
        _writer.WriteStartObject();
        TraceValueWriter.Members(_writer, line, parts, TraceSection.Shape);
        if (withUnknown)
            TraceValueWriter.Members(_writer, line, parts, TraceSection.Unknown);
        _writer.WriteEndObject();
        return JsonSerializer.Deserialize(Take(), ContractJson.Context.StepShape)!;
    }

    private void WriteCollective(ReadOnlySpan<byte> line)
    {
        bool hasValue = Members.Has(TraceSection.State, "collective");
        if (!hasValue && !Members.Has(TraceSection.Collective))
            return;
        _writer.WriteStartObject("collective"u8);
        foreach (TraceEntry entry in Members.Entries)
        {
            if (entry.Field?.Value != TraceValue.CollectiveText)
                continue;
            if (entry.Token == JsonTokenType.StartObject)
            {
                TraceValueWriter.Inner(_writer, entry.Of(line));
            }
            else if (entry.Token != JsonTokenType.Null)
            {
                _writer.WritePropertyName("type"u8);
                _writer.WriteRawValue(entry.Of(line), skipInputValidation: true);
            }
        }

        TraceValueWriter.Members(_writer, line, Members, TraceSection.Collective);
        _writer.WriteEndObject();
    }

    private ReadOnlySpan<byte> Take()
    {
        _writer.Flush();
        int length = _buffer.WrittenCount;
        ReadOnlySpan<byte> written = _buffer.WrittenSpan[..length];
        Clear();
        return written;
    }

    private void Clear()
    {
        _buffer.ResetWrittenCount();
        _writer.Reset();
    }
}
