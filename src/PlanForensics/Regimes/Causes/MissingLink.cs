using PlanForensics.Contracts;

namespace PlanForensics.Regimes.Causes;

/// <summary>A stage of a chain that is not proven.</summary>
/// <param name="Event">Which stage.</param>
/// <param name="Reason">Why: not recorded, or recorded and not seen where it would have been.</param>
/// <param name="Fields">What to record to prove or rule it out, by the names of contracts; empty where it was recorded.</param>
public sealed record MissingLink(CauseEvent Event, string Reason, ValueList<string> Fields);
