namespace PlanForensics.Regimes.Causes;

/// <summary>The stages of a chain in order.</summary>
/// <param name="Kind">The chain.</param>
/// <param name="Stages">What has to follow what.</param>
/// <param name="LatestHead">The last stage that may be the first proven one: what comes before it may be missing for any reason.</param>
/// <param name="LeastLinks">Links that a chain needs where a stage is missing.</param>
internal sealed record ChainPattern(ChainKind Kind, CauseEvent[] Stages, int LatestHead, int LeastLinks)
{
    /// <summary>How many times <see cref="CauseOptions.WithinIterations"/> a link may lie behind the one before; default 1.</summary>
    public int Patience { get; private init; } = 1;

    public static ChainPattern Straggler { get; } = new(ChainKind.Straggler, [CauseEvent.RankFallback, CauseEvent.RankSlow, CauseEvent.CollectiveInflated, CauseEvent.StepSlow], 1, 2);

    /// <summary>Where one rank alone recorded: that someone was late shows in its collectives.</summary>
    public static ChainPattern UnseenStraggler { get; } = new(ChainKind.Straggler, [CauseEvent.RankSlow, CauseEvent.CollectiveInflated, CauseEvent.StepSlow], 1, 2);

    public static ChainPattern[] Others { get; } =
    [
        new(ChainKind.BackPressure, [CauseEvent.RankFallback, CauseEvent.CollectiveInflated, CauseEvent.BatchDropped, CauseEvent.ShapeClassChanged, CauseEvent.TacticChanged], 1, 3),
        new(ChainKind.MemoryEvaporation, [CauseEvent.PinsRose, CauseEvent.Evicted, CauseEvent.Recomputed, CauseEvent.StepLonger], 1, 3) { Patience = 4 }, // what was evicted waits for memory before it is computed again
        new(ChainKind.Residency, [CauseEvent.L2HitRateFell, CauseEvent.StepSlow, CauseEvent.BatchChanged], 0, 3),
        new(ChainKind.Isolation, [CauseEvent.PostureChanged, CauseEvent.BatchDropped, CauseEvent.RegimeCrossed], 0, 3),
    ];
}
