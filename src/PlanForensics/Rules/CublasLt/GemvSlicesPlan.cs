using PlanForensics.Plans;

namespace PlanForensics.Rules.CublasLt;

/// <summary><c>gemv_cslice</c>: lanes own contiguous slices of ceil(K / W) terms, inside them chunks of C; terms, chunks and lanes are added left to right.</summary>
/// <param name="AlgoId">ALGO_ID.</param>
/// <param name="Recipe">W and C.</param>
public sealed record GemvSlicesPlan(int AlgoId, GemvSliceRecipe Recipe) : CublasLtPlan(AlgoId)
{
    /// <inheritdoc/>
    public override string Mode => "gemv_cslice";

    internal override GemmPlan ToGemm(CublasLtTarget target) => target.CudaCore() with { SplitK = Recipe.Lanes, BlockK = Recipe.ChunkK };
}
