using PlanForensics.Contracts;

namespace PlanForensics.Simulation.Sweep;

/// <summary>Trials that gave one and the same answer, and the plans that they ran.</summary>
/// <param name="Tokens">The answer.</param>
/// <param name="Samples">Answers of this kind, over all trials.</param>
/// <param name="BatchSizes">The batch sizes of their trials, ascending, each once.</param>
/// <param name="Paths">The paths that gave it: what each batch had dispatched, as <c>prefill TOKENS x KERNELS, ...; decode KERNELS</c>; several where they came to the same answer.</param>
public sealed record OutputGroup(ValueList<int> Tokens, int Samples, ValueList<int> BatchSizes, ValueList<string> Paths);
