namespace PlanForensics.Attribution;

/// <summary>A candidate that could not be replayed. It is neither confirmed nor ruled out.</summary>
/// <param name="Name">The candidate's name.</param>
/// <param name="StepIndex">The step at which it was refused.</param>
/// <param name="Operator">The operator whose plan was refused, or null where the schedule gave no plan.</param>
/// <param name="Reason">Why, and what would be accepted.</param>
public sealed record RefusedCandidate(string Name, int StepIndex, string? Operator, string Reason);
