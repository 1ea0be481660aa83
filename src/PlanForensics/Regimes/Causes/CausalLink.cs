namespace PlanForensics.Regimes.Causes;

/// <summary>One proven step of a chain.</summary>
/// <param name="Event">What happened.</param>
/// <param name="StepIndex">The iteration in which it began.</param>
/// <param name="Rank">The rank it happened on; null where it concerns all.</param>
/// <param name="StartedAt">When that step began; null when not recorded.</param>
/// <param name="Iterations">For how many recorded iterations in a row it held.</param>
/// <param name="Evidence">The recorded values that show it.</param>
public sealed record CausalLink(CauseEvent Event, int StepIndex, int? Rank, DateTimeOffset? StartedAt, int Iterations, string Evidence);
