namespace PlanForensics.Regimes.Churn;

/// <summary>One rank ran on another pathway than its peers: another plan, or another number of fallbacks, dequantisations or requantisations, in the same iterations.</summary>
/// <param name="Rank">The rank; null where no majority of ranks agrees, so that which one is odd cannot be said.</param>
/// <param name="Differences">In which fields.</param>
/// <param name="Count">Iterations in which this was so.</param>
/// <param name="First">The rank's step in the first of them.</param>
/// <param name="Last">The rank's step in the last of them.</param>
public sealed record RankPathwayFinding(int? Rank, IReadOnlyList<PathwayDifference> Differences, int Count, EngineStep First, EngineStep Last);
