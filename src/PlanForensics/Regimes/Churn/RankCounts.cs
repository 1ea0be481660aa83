namespace PlanForensics.Regimes.Churn;

/// <summary>What the steps of a regime counted on one rank.</summary>
/// <param name="Rank">The rank; null for all ranks together.</param>
/// <param name="Steps">Engine steps.</param>
/// <param name="Fallbacks">Fallbacks to another precision or kernel, in all; null where no step recorded a number.</param>
/// <param name="Dequantizations">Dequantisations, in all.</param>
/// <param name="Requantizations">Requantisations, in all.</param>
/// <param name="StepsWithFallback">Steps with at least one fallback.</param>
public sealed record RankCounts(int? Rank, int Steps, long? Fallbacks, long? Dequantizations, long? Requantizations, int StepsWithFallback);
