using PlanForensics.Rules.CublasLt;

namespace PlanForensics.Simulation.Dispatch;

/// <summary>What the matrix library's heuristic answers for products of up to so many rows.</summary>
/// <param name="MaximumRows">Largest M; null for the last bucket.</param>
/// <param name="Config">The nine attributes of the answer.</param>
public sealed record GemmBucket(int? MaximumRows, CublasLtConfig Config);
