namespace PlanForensics.Contracts.Telemetry;

/// <summary>Names a step.</summary>
/// <param name="RequestId">Name of the request.</param>
/// <param name="StepIndex">Index of the step.</param>
/// <param name="Rank">The rank.</param>
public sealed record StepPlace(string RequestId, int StepIndex, int Rank);
