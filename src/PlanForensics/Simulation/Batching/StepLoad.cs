namespace PlanForensics.Simulation.Batching;

/// <summary>What a step has to do, summed over its requests.</summary>
/// <param name="Rows">Rows of the projections, padding included.</param>
/// <param name="AttendedPairs">Sum over all tokens of the keys that each attends to.</param>
/// <param name="ContextTokens">Sum over requests of their keys at the step's end.</param>
public readonly record struct StepLoad(long Rows, double AttendedPairs, double ContextTokens);
