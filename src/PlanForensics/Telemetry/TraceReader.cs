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
    private readonly List<(string RequestId, ContractStep Step, bool IsAlone)> _lineSteps = [];
    private readonly HashSet<(string RequestId, int StepIndex, int Rank)> _linePlaces = [];
    private readonly Dictionary<(string Request, int Rank), int> _lineNext = [];
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
            // All of a line is read before any of it is handed on: a line that is left out leaves nothing behind.
            TraceLine read = TraceLine.Read(line);
            _lineSteps.Clear();
            _linePlaces.Clear();
            _lineNext.Clear();
            ExecutionContract? request = read.RequestLength > 0 ? ReadRequest(line, read) : null;
            if (read.StepLength > 0)
                ReadSteps(line, read, request?.RequestId);
            HandOn(request, sink);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or FormatException and not ContractFormatException or InvalidOperationException)
        {
            _steps.Reset();
            long column = exception is JsonException { BytePositionInLine: { } at } && exception.Message.Contains("LineNumber", StringComparison.Ordinal) ? at + 1 : 1;
            throw new ContractFormatException(_records.Line, column, ReasonOf(exception), exception);
        }
    }

    private ExecutionContract ReadRequest(ReadOnlySpan<byte> line, in TraceLine read)
    {
        _requests.Members.Entries.Clear();
        _requests.Members.Add(line, read.RequestStart, read.RequestLength, TraceLine.Wrappers);
        if (read.RequestStart > 0)
            _requests.Members.Add(line, 0, line.Length, TraceLine.Wrappers);
        string id = _requests.Members.HeaderText(line, "request_id") ?? $"{_options.Source}:{_records.Line}";
        return _begun.Contains(id) ? throw new JsonException($"the request \"{id}\" was begun before") : _requests.Read(line, id);
    }

    private void ReadSteps(ReadOnlySpan<byte> line, in TraceLine read, string? requestId)
    {
        if (!read.StepIsArray)
        {
            ReadStep(line, read.StepStart, read.StepLength, read, requestId);
            return;
        }

        Utf8JsonReader reader = new(line.Slice(read.StepStart, read.StepLength));
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            ReadStep(line, read.StepStart + start, (int)reader.BytesConsumed - start, read, requestId);
        }
    }

    private void ReadStep(ReadOnlySpan<byte> line, int start, int length, in TraceLine read, string? requestId)
    {
        _steps.Members.Entries.Clear();
        _steps.Members.Add(line, start, length, TraceLine.Wrappers);
        if (read.StepStart > 0 && read.RequestLength == 0)
            _steps.Members.Add(line, 0, line.Length, TraceLine.Wrappers);
        string? named = _steps.Members.HeaderText(line, "request_id");
        string id = named ?? requestId ?? _current ?? _options.Source;
        ContractStep step = _steps.Read(line, rank => NextIndex(id, rank));
        if (read.StepIsArray && !_linePlaces.Add((id, step.State.StepIndex, step.State.Rank)))
            throw Twice(id, step);
        _lineNext[(id, step.State.Rank)] = step.State.StepIndex + 1;
        _lineSteps.Add((id, step, named is null && requestId is null && _current is null));
    }

    private int NextIndex(string id, int rank) =>
        _lineNext.TryGetValue((id, rank), out int next) ? next : _nextIndex.GetValueOrDefault((id, rank));

    private void HandOn(ExecutionContract? request, ITelemetrySink sink)
    {
        if (request is not null)
        {
            _begun.Add(request.RequestId);
            sink.Begin(request);
            _current = request.RequestId;
        }

        foreach ((string id, ContractStep step, bool isAlone) in _lineSteps)
        {
            if (_begun.Add(id))
                sink.Begin(_requests.Unknown(id));
            if (!sink.Step(id, step))
                throw Twice(id, step);
            _withoutRequest += isAlone ? 1 : 0;
            _nextIndex[(id, step.State.Rank)] = step.State.StepIndex + 1;
        }
    }

    private static JsonException Twice(string id, ContractStep step) =>
        new($"step {step.State.StepIndex} of rank {step.State.Rank} of request \"{id}\" occurs twice");

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
