namespace PlanForensics.Attribution;

/// <summary>One control.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Passed">Whether it came out as it must.</param>
/// <param name="Detail">What was compared, and what came out.</param>
public sealed record ControlOutcome(ControlKind Kind, bool Passed, string Detail);
