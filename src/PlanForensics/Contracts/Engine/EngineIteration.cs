namespace PlanForensics.Contracts.Engine;

/// <summary>One iteration of an engine on one rank: what every request of its batch shares.</summary>
/// <param name="Ordinal">Number of the iteration in its run, from 0. Iterations are given in ascending order of ordinal, then rank.</param>
/// <param name="State">
/// The state. Its rank, batch, times, memory and collectives count; what belongs to one request (step index, phase, query and key length, admission and queue time) does not: spans say it.
/// </param>
/// <param name="Profile">A state that shares the slow fields of <paramref name="State"/>; one object for all iterations that share them saves comparing.</param>
public readonly record struct EngineIteration(int Ordinal, StepState State, StepState Profile);
