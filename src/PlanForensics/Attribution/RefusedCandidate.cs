namespace PlanForensics.Attribution;

/// <summary>A candidate that was not replayed: it could not be (then it is neither confirmed nor ruled out), or the recorded state rules it out.</summary>
/// <param name="Name">The candidate's name.</param>
/// <param name="StepIndex">The step at which it was refused.</param>
/// <param name="Operator">The operator whose plan was refused, or null where the schedule gave no plan.</param>
/// <param name="Reason">Why, and what would be accepted.</param>
/// <param name="IsInfeasible">Whether a value of the recorded state rules it out (<see cref="CandidateNarrowing"/>).</param>
public sealed record RefusedCandidate(string Name, int StepIndex, string? Operator, string Reason, bool IsInfeasible = false);
