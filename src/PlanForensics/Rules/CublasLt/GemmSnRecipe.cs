namespace PlanForensics.Rules.CublasLt;

/// <summary>How <c>gemmSN_NN_kernel</c> and <c>magma_sgemmEx_kernel</c> cut K.</summary>
/// <param name="Chunks">S: threads that share an output, each with one contiguous chunk of ceil(K / S) terms.</param>
/// <param name="SubBlockK">B: terms summed in an accumulator of their own inside a chunk; 0 for the whole chunk.</param>
public readonly record struct GemmSnRecipe(int Chunks, int SubBlockK);
