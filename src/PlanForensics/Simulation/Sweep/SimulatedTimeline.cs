using PlanForensics.Contracts;
using PlanForensics.Contracts.Engine;
using PlanForensics.Contracts.Steps;

namespace PlanForensics.Simulation.Sweep;

/// <summary>A simulated run in memory, as a stream of steps for timelines.</summary>
public sealed class SimulatedTimeline : IEngineRunSink, IStepSource
{
    private readonly List<StepRow> _iterations = [];
    private readonly List<int> _starts = [];
    private readonly List<(ExecutionContract Request, IReadOnlyList<StepSpan> Spans)> _requests = [];

    /// <inheritdoc/>
    public void Iteration(in EngineIteration iteration)
    {
        StepState state = iteration.State;
        if (state.Rank == 0)
            _starts.Add(_iterations.Count);
        _iterations.Add(new StepRow
        {
            StepIndex = 0, Rank = state.Rank, Profile = iteration.Profile, Phase = state.Phase, QueryLength = 1, KeyLength = 1, BatchFingerprint = state.BatchFingerprint,
            BatchSize = state.BatchSize, PaddedBatch = state.PaddedBatch, BatchTokens = state.BatchTokens, StartedAt = state.StartedAt?.UtcDateTime, GpuTimeMs = state.GpuTimeMs,
            VramFreeMb = state.VramFreeMb, WorkspaceFreeBytes = state.WorkspaceFreeBytes, KvRegime = state.KvRegime, KvPoolMb = state.KvPoolMb, KvPoolUsedMb = state.KvPoolUsedMb,
            PagingActive = state.PagingActive, L2HitRate = state.L2HitRate, FallbackCount = state.FallbackCount, ReplicationPinnedMb = state.ReplicationPinnedMb,
            CheckpointPinnedMb = state.CheckpointPinnedMb, CommTimeMs = state.Collective?.CommTimeMs, RankSkewMs = state.Collective?.RankSkewMs,
            EffectiveBandwidthGbPerS = state.Collective?.EffectiveBandwidthGbPerS, Retransmits = state.Collective?.Retransmits,
        });
    }

    /// <inheritdoc/>
    public void Request(ExecutionContract request, IReadOnlyList<StepSpan> spans) => _requests.Add((request, spans));

    /// <inheritdoc/>
    public void ReadSteps(IStepSink sink, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sink);
        foreach ((ExecutionContract request, IReadOnlyList<StepSpan> spans) in _requests)
        {
            cancellation.ThrowIfCancellationRequested();
            sink.Begin(new RequestRow { RequestId = request.RequestId, Replica = request.Replica, RecordedAt = request.RecordedAt });
            foreach (StepSpan span in spans)
                for (int step = 0; step < span.StepCount; step++)
                    Send(sink, span, step);
        }
    }

    private void Send(IStepSink sink, StepSpan span, int step)
    {
        int ordinal = span.FirstOrdinal + (step * span.Stride);
        int end = ordinal + 1 < _starts.Count ? _starts[ordinal + 1] : _iterations.Count;
        for (int index = _starts[ordinal]; index < end; index++)
        {
            sink.Step(_iterations[index] with
            {
                StepIndex = span.FirstStepIndex + step, Phase = span.Phase, QueryLength = span.QueryLength, KeyLength = span.FirstKeyLength + (step * span.QueryLength),
                QueueTimeMs = span.QueueTimeMs,
            });
        }
    }
}
