namespace PlanForensics.Attribution;

/// <summary>The plan that the recording says it ran, compared with the class found. A claim, not evidence.</summary>
/// <param name="Stance">Whether it agrees.</param>
/// <param name="StepIndex">The first step that does not agree; null when all do.</param>
/// <param name="Fingerprint">The fingerprint recorded there.</param>
/// <param name="Candidate">The candidate that has this fingerprint, where there is one.</param>
/// <param name="Detail">The finding in words.</param>
public sealed record PlanClaim(ClaimStance Stance, int? StepIndex, string? Fingerprint, string? Candidate, string Detail);
