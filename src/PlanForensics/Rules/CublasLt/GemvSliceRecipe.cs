namespace PlanForensics.Rules.CublasLt;

/// <summary>How the lanes of <c>gemv2N_kernel</c> with contiguous slices share K.</summary>
/// <param name="Lanes">W: lanes that share an output, each with one contiguous slice of ceil(K / W) terms.</param>
/// <param name="ChunkK">C: terms that a lane sums in an accumulator of their own.</param>
public readonly record struct GemvSliceRecipe(int Lanes, int ChunkK);
