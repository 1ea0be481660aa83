using PlanForensics.Plans;

namespace PlanForensics.Kernels.TensorCores;

/// <summary>How many recorded results a model gives.</summary>
/// <param name="Model">The model.</param>
/// <param name="Matched">Vectors with equal bits.</param>
/// <param name="Total">Vectors compared.</param>
public sealed record TensorCoreMatch(TensorCoreModel Model, int Matched, int Total);
