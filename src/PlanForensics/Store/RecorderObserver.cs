using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PlanForensics.Contracts;
using PlanForensics.Numerics;

namespace PlanForensics.Store;

/// <summary>Tells .NET's telemetry what a recorder takes, where somebody listens.</summary>
internal sealed class RecorderObserver(RecorderOptions options)
{
    private readonly Func<StepState, string?>? _regimeOf = options.RegimeOf;
    private readonly ConcurrentDictionary<RequestRecording, byte> _open = new();
    private string? _lastRegime;

    public ILogger Log { get; } = options.Logger ?? NullLogger.Instance;

    public Activity? Begun(RequestRecording recording)
    {
        RecorderLog.Begun(Log, recording.RequestId, recording.Header.Model.Name);
        Activity? span = RecorderSpans.Begin(recording.Header);
        if (span is not null)
            _open.TryAdd(recording, 0);
        return span;
    }

    /// <summary>Whether a step need be told at all.</summary>
    public bool Wants(Activity? request) => request is not null || RecorderTelemetry.MeasuresSteps || (_regimeOf is not null && Log.IsEnabled(LogLevel.Information));

    public void Stepped(in RecorderItem item, Activity? request)
    {
        ContractStep? step = request is not null || _regimeOf is not null ? item.ToStep() : null;
        string? regime = step is null ? null : _regimeOf?.Invoke(step.State);
        if (RecorderTelemetry.Steps.Enabled)
            RecorderTelemetry.Steps.Add(1, TagsOf(item, regime));
        if (RecorderTelemetry.Margin.Enabled && MarginOf(item) is { } margin)
            RecorderTelemetry.Margin.Record(margin, new KeyValuePair<string, object?>("planforensics.phase", PhaseOf(item)));
        if (_regimeOf is not null)
            Compare(regime, step!.State, item.Recording.RequestId);
        if (request is not null)
            RecorderSpans.Step(request, step!, regime, options.Clock.GetUtcNow());
    }

    public void Completed(RequestRecording recording, Activity? request)
    {
        RecorderLog.Completed(Log, recording.RequestId, recording.FinishReason, recording.DroppedSteps);
        if (request is not null && _open.TryRemove(recording, out _))
            RecorderSpans.End(request, recording.CompletedAt ?? options.Clock.GetUtcNow(), recording.FinishReason, recording.OutputTokens, recording.DroppedSteps);
    }

    /// <summary>Ends the spans of requests that did not complete.</summary>
    public void Close()
    {
        foreach (RequestRecording recording in _open.Keys)
        {
            if (recording.Span is not { } span || !_open.TryRemove(recording, out _))
                continue;
            span.SetStatus(ActivityStatusCode.Error, "the recording ended before the request completed");
            RecorderSpans.End(span, options.Clock.GetUtcNow(), null, recording.OutputTokens, recording.DroppedSteps);
        }
    }

    private void Compare(string? regime, StepState state, string requestId)
    {
        string? before = Interlocked.Exchange(ref _lastRegime, regime);
        if (before is null || before == regime)
            return;
        RecorderTelemetry.RegimeChanges.Add(1, new("planforensics.from", before), new KeyValuePair<string, object?>("planforensics.to", regime));
        RecorderLog.RegimeChanged(Log, before, regime, state.StepIndex, requestId);
    }

    private static TagList TagsOf(in RecorderItem item, string? regime)
    {
        TagList tags = default;
        tags.Add("planforensics.phase", PhaseOf(item));
        if (regime is not null)
            tags.Add("planforensics.regime", regime);
        if (item.State!.KvRegime is { } cache)
            tags.Add("planforensics.kv_regime", cache);
        return tags;
    }

    private static string PhaseOf(in RecorderItem item) => RecorderSpans.NameOf(item.Observation is null ? item.Sample.Phase : item.State!.Phase);

    private static double? MarginOf(in RecorderItem item)
    {
        if (item.Observation is not null || !item.Logits.Values.IsEmpty)
            return item.ToObservation() is { Top1: { } top1, Top2: { } top2 } ? (double)top1.Value - top2.Value : null;
        return item.Sample.LogitsFormat is { } format ? ValueOf(format, item.Sample.Top1Bits) - ValueOf(format, item.Sample.Top2Bits) : null;
    }

    private static double ValueOf(NumericFormat format, uint bits) => format switch
    {
        NumericFormat.Bf16 => BitConverter.UInt32BitsToSingle(bits << 16),
        NumericFormat.Fp16 => (double)BitConverter.UInt16BitsToHalf((ushort)bits),
        _ => BitConverter.UInt32BitsToSingle(bits),
    };
}
