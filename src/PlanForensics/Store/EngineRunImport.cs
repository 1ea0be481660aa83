namespace PlanForensics.Store;

/// <summary>What recording an engine's run wrote.</summary>
/// <param name="Iterations">Iterations, counted once whatever the number of ranks.</param>
/// <param name="Requests">Requests.</param>
/// <param name="Spans">Spans of steps.</param>
public sealed record EngineRunImport(long Iterations, long Requests, long Spans);
