using PlanForensics.Contracts;
using PlanForensics.Regimes.Cost;

namespace PlanForensics.Regimes.Causes;

/// <summary>Finds chains of causes in recorded steps.</summary>
/// <remarks>
/// A chain is a sequence of events that the records show, each beginning within <see cref="CauseOptions.WithinIterations"/> of the one before, and too unlikely if the iterations had come in another order. What was not
/// recorded makes no event. docs/causes.md has the stages, the events and the chance.
/// </remarks>
public static class CauseDetector
{
    /// <summary>Looks for all kinds of chains in all replicas.</summary>
    /// <param name="timeline">The recorded steps.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <returns>Chains, standing conditions, and what was not recorded.</returns>
    public static CauseReport Find(StepTimeline timeline, CauseOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(timeline);
        options ??= new CauseOptions();
        RankTimes times = new(timeline, null);
        RegimeHistory history = new RegimeClassifier(options.Regimes).Classify(timeline);
        List<(int Order, CausalChain Chain)> chains = [];
        List<string> standing = [];
        List<UnrecordedStage> unrecorded = [];
        foreach (ReplicaTable table in ReplicaTable.Of(timeline))
        {
            SignalSet signals = new(table, times, options, history);
            foreach ((ChainPattern pattern, Signal[] stages) in Patterns(signals))
            {
                chains.AddRange(new ChainSearch(pattern, stages, table, options).Run().Select(chain => (chain.EarliestCause.StepIndex, chain)));
                unrecorded.AddRange(stages.Where(stage => !stage.IsRecorded).Select(stage => new UnrecordedStage(pattern.Kind, stage.Event, table.Replica, stage.Fields)));
            }

            standing.AddRange(Standing(signals));
        }

        return new CauseReport(
            chains.OrderBy(entry => entry.Chain.Replica, StringComparer.Ordinal).ThenBy(entry => entry.Order).ThenBy(entry => entry.Chain.Kind).Select(entry => entry.Chain).ToValueList(),
            standing.ToValueList(),
            unrecorded.DistinctBy(stage => (stage.Kind, stage.Event, stage.Replica)).ToValueList());
    }

    private static IEnumerable<(ChainPattern Pattern, Signal[] Stages)> Patterns(SignalSet signals)
    {
        ReplicaTable table = signals.Table;
        if (table.Ranks.Length > 1)
            foreach (int rank in table.Ranks)
                yield return (ChainPattern.Straggler, [signals.Of(CauseEvent.RankFallback, rank), signals.Of(CauseEvent.RankSlow, rank), signals.Of(CauseEvent.CollectiveInflated), signals.Of(CauseEvent.StepSlow)]);
        else if (table.Count > 0 && table.First(0).Profiles[0].Shape.TensorParallel is not 1)
            yield return (ChainPattern.UnseenStraggler, [.. ChainPattern.UnseenStraggler.Stages.Select(stage => signals.Of(stage, stage == CauseEvent.RankSlow ? table.Ranks[0] : -1))]);
        foreach (ChainPattern pattern in ChainPattern.Others)
            yield return (pattern, [.. pattern.Stages.Select(stage => signals.Of(stage))]);
    }

    private static IEnumerable<string> Standing(SignalSet signals)
    {
        ReplicaTable table = signals.Table;
        foreach (int rank in table.Ranks.Length > 1 ? table.Ranks : [])
            if (signals.Of(CauseEvent.RankSlow, rank) is { HeldThroughout: true } slow)
                yield return FormattableString.Invariant($"{(table.Replica is { } name ? $"replica {name}, " : "")}rank {rank} is slow in {slow.Share:P0} of the iterations: its beginning is not in the record");
    }
}
