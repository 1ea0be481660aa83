namespace PlanForensics.Regimes.Churn;

/// <summary>Drift between two regimes: pairs of steps with equal inputs, one in each.</summary>
/// <param name="RegimeA">The regime of the one step.</param>
/// <param name="RegimeB">The regime of the other; not before <paramref name="RegimeA"/> in precedence.</param>
/// <param name="Compared">Pairs that could be compared.</param>
/// <param name="Different">Of these, pairs whose token or logits hash differs.</param>
public sealed record DriftPair(Regime RegimeA, Regime RegimeB, long Compared, long Different);
