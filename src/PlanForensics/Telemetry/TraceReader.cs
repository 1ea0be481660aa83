using System.Globalization;
using System.Text.Json;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Telemetry;

namespace PlanForensics.Telemetry;

/// <summary>
/// Reads plain <c>trace_x</c> and <c>step_s</c> dictionaries: <c>{"trace_x": {...}, "step_s": {...} or [...]}</c>, each of the two alone, or their
/// members without the wrapper. A step belongs to the request that it names, else to the last that was begun. Keys that are not known are kept.
/// </summary>
public sealed class TraceReader
{
    private readonly JsonRecordStream _records;
    private readonly TelemetryReadOptions _options;
    private readonly TraceStepReader _steps = new();
    private readonly TraceRequestReader _requests;
    private readonly HashSet<string> _begun = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Request, int Rank), int> _nextIndex = [];
    private string? _current;
    private long _recordCount;
    private long _skipped;
    private long _withoutRequest;

    /// <summary>Reads from a stream, which stays open.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="options">Options; null for the defaults.</param>
    public TraceReader(Stream stream, TelemetryReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _options = options ?? new TelemetryReadOptions();
        _records = new JsonRecordStream(stream, _options);
        _requests = new TraceRequestReader(_options);
    }

    /// <summary>Reads all into a sink.</summary>
    /// <param name="sink">Takes requests and steps.</param>
    /// <returns>What was read; a record is a line, or an element of the document's array.</returns>
    /// <exception cref="ContractFormatException">A damaged line, unless damaged lines are skipped.</exception>
    public TelemetryCounts Read(ITelemetrySink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        foreach (ReadOnlyMemory<byte>? record in _records.Read())
        {
            try
            {
                if (record is not { } line)
                    throw new ContractFormatException(_records.Line, 1, $"the line is longer than {_options.MaxLineBytes} bytes");
                Take(line.Span, sink);
                _recordCount++;
            }
            catch (ContractFormatException exception) when (_options.SkipDamaged)
            {
                _skipped++;
                _options.OnSkipped?.Invoke(exception);
            }
        }

        string[] remarks = _withoutRequest == 0 ? [] : [string.Create(CultureInfo.InvariantCulture, $"{_withoutRequest} steps came without x; x is marked as an approximation")];
        return new TelemetryCounts(_recordCount, _skipped, remarks);
    }

    private void Take(ReadOnlySpan<byte> line, ITelemetrySink sink)
    {
        try
        {
            TraceLine read = TraceLine.Read(line);
            if (read.RequestLength > 0)
                TakeRequest(line, read, sink);
            if (read.StepLength > 0)
                TakeSteps(line, read, sink);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or FormatException and not ContractFormatException or InvalidOperationException)
        {
            _steps.Reset();
            long column = exception is JsonException { BytePositionInLine: { } at } && exception.Message.Contains("LineNumber", StringComparison.Ordinal) ? at + 1 : 1;
            throw new ContractFormatException(_records.Line, column, ReasonOf(exception), exception);
        }
    }

    private void TakeRequest(ReadOnlySpan<byte> line, in TraceLine read, ITelemetrySink sink)
    {
        _requests.Members.Entries.Clear();
        _requests.Members.Add(line, read.RequestStart, read.RequestLength, TraceLine.Wrappers);
        if (read.RequestStart > 0)
            _requests.Members.Add(line, 0, line.Length, TraceLine.Wrappers);
        string id = _requests.Members.HeaderText(line, "request_id") ?? $"{_options.Source}:{_records.Line}";
        ExecutionContract contract = _requests.Read(line, id);
        if (!_begun.Add(id) || !sink.Begin(contract))
            throw new JsonException($"the request \"{id}\" was begun before");
        _current = id;
    }

    private void TakeSteps(ReadOnlySpan<byte> line, in TraceLine read, ITelemetrySink sink)
    {
        if (!read.StepIsArray)
        {
            TakeStep(line, read.StepStart, read.StepLength, read, sink);
            return;
        }

        Utf8JsonReader reader = new(line.Slice(read.StepStart, read.StepLength));
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            TakeStep(line, read.StepStart + start, (int)reader.BytesConsumed - start, read, sink);
        }
    }

    private void TakeStep(ReadOnlySpan<byte> line, int start, int length, in TraceLine read, ITelemetrySink sink)
    {
        _steps.Members.Entries.Clear();
        _steps.Members.Add(line, start, length, TraceLine.Wrappers);
        if (read.StepStart > 0 && read.RequestLength == 0)
            _steps.Members.Add(line, 0, line.Length, TraceLine.Wrappers);
        string? named = _steps.Members.HeaderText(line, "request_id");
        string id = named ?? _current ?? _options.Source;
        ContractStep step = _steps.Read(line, rank => _nextIndex.GetValueOrDefault((id, rank)));
        if (_begun.Add(id))
            sink.Begin(_requests.Unknown(id));
        if (named is null && _current is null)
            _withoutRequest++;
        if (!sink.Step(id, step))
            throw new JsonException($"step {step.State.StepIndex} of rank {step.State.Rank} of request \"{id}\" occurs twice");
        _nextIndex[(id, step.State.Rank)] = step.State.StepIndex + 1;
    }

    private static string ReasonOf(Exception exception)
    {
        string message = exception.Message;
        int cut = message.IndexOf(" Path: ", StringComparison.Ordinal);
        if (cut < 0)
            cut = message.IndexOf(" LineNumber: ", StringComparison.Ordinal);
        message = cut < 0 ? message : message[..cut];
        return exception is ArgumentOutOfRangeException { ParamName: { } name, ActualValue: { } actual }
            ? FormattableString.Invariant($"{JsonNamingPolicy.SnakeCaseLower.ConvertName(name)} cannot be {actual}")
            : message.TrimEnd('.');
    }
}
