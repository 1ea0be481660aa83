namespace PlanForensics.Regimes.Causes;

/// <summary>Where an event began.</summary>
/// <param name="Iteration">Place of the iteration in its replica.</param>
/// <param name="Run">Iterations in a row that it held.</param>
internal readonly record struct Onset(int Iteration, int Run);
