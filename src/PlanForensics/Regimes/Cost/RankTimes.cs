using System.Runtime.InteropServices;

namespace PlanForensics.Regimes.Cost;

/// <summary>Every recorded step's time, taken apart, and whether device times contain waiting.</summary>
internal sealed class RankTimes
{
    private readonly (double? CommMs, double? SyncMs)[] _parts;

    public RankTimes(StepTimeline timeline, bool? gpuTimeIncludesWaiting)
    {
        _parts = new (double? CommMs, double? SyncMs)[timeline.Steps.Count];
        double evidence = 0;
        List<EngineStep> ranks = [];
        for (int position = 0; position < _parts.Length; position++)
        {
            ranks.Add(timeline.Steps[position]);
            if (position + 1 < _parts.Length && !HistoryWalk.StartsIteration(timeline, position + 1))
                continue;
            ReadOnlySpan<EngineStep> all = CollectionsMarshal.AsSpan(ranks);
            (double? CommMs, double? SyncMs)[] parts = IterationTimes.Split(all);
            parts.CopyTo(_parts, all[0].Position);
            evidence += IterationTimes.Evidence(all, parts);
            ranks.Clear();
        }

        GpuTimeIncludesWaiting = gpuTimeIncludesWaiting ?? evidence <= 0;
    }

    public bool GpuTimeIncludesWaiting { get; }

    /// <summary>Recorded waiting of all steps, in no order.</summary>
    public IEnumerable<double> Waits => _parts.Select(part => part.SyncMs).OfType<double>();

    public StepTime Of(EngineStep step)
    {
        (double? comm, double? sync) = _parts[step.Position];
        double? own = GpuTimeIncludesWaiting ? step.GpuTimeMs - comm - (sync ?? 0) : step.GpuTimeMs - comm;
        return new StepTime(own, comm, sync);
    }
}
