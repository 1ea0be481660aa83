namespace PlanForensics.Simulation.Dispatch;

/// <summary>What dispatchers look at in a step: the shape of the whole batch, and the memory that is left.</summary>
/// <param name="Rows">M of the projections: tokens of the batch, padding included. 1 or more.</param>
/// <param name="Sequences">Requests of the batch. 1 or more.</param>
/// <param name="LongestQuery">Tokens of the request that has most. 1 or more.</param>
/// <param name="LongestContext">Keys of the request that has most. 1 or more.</param>
/// <param name="WorkspaceFreeBytes">Workspace that a split product may use. 0 or more.</param>
/// <param name="IsStrict">Whether the step serves one isolation class only.</param>
public readonly record struct StepFacts(int Rows, int Sequences, int LongestQuery, int LongestContext, long WorkspaceFreeBytes, bool IsStrict = false);
