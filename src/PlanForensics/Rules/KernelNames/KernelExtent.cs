namespace PlanForensics.Rules.KernelNames;

/// <summary>Sizes along M, N and K that a kernel name spells out; null where it does not.</summary>
/// <param name="M">Rows of the output; for attention, queries.</param>
/// <param name="N">Columns of the output; for attention, keys of one block.</param>
/// <param name="K">Depth; for attention, the head dimension.</param>
public readonly record struct KernelExtent(int? M, int? N, int? K);
