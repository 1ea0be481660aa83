namespace PlanForensics.Identification;

/// <summary>A plan and how much of a recorded output it reproduces.</summary>
/// <param name="Name">The rule that gives the plan.</param>
/// <param name="Plan">The plan's text.</param>
/// <param name="Reproduced">Elements that are equal bit for bit.</param>
public sealed record ScoredPlan(string Name, string Plan, long Reproduced);
