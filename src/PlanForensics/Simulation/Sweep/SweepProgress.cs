namespace PlanForensics.Simulation.Sweep;

/// <summary>How far a sweep is.</summary>
/// <param name="Stage">What is being done.</param>
/// <param name="Done">Parts of it that are done.</param>
/// <param name="Total">Its parts; 0 where the number is not known.</param>
public readonly record struct SweepProgress(string Stage, int Done, int Total);
