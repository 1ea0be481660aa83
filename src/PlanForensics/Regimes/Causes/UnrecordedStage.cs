using PlanForensics.Contracts;

namespace PlanForensics.Regimes.Causes;

/// <summary>A stage that could not be looked for in a replica.</summary>
/// <param name="Kind">The chain that it belongs to.</param>
/// <param name="Event">The stage.</param>
/// <param name="Replica">The replica; null when not recorded.</param>
/// <param name="Fields">What to record, by the names of contracts.</param>
public sealed record UnrecordedStage(ChainKind Kind, CauseEvent Event, string? Replica, ValueList<string> Fields);
