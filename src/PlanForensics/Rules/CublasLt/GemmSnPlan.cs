using PlanForensics.Plans;

namespace PlanForensics.Rules.CublasLt;

/// <summary><c>gemmsn</c>: threads own contiguous chunks of ceil(K / S) terms, inside them sub-blocks of B; terms, sub-blocks and chunks are added left to right.</summary>
/// <param name="AlgoId">ALGO_ID.</param>
/// <param name="Recipe">S and B.</param>
public sealed record GemmSnPlan(int AlgoId, GemmSnRecipe Recipe) : CublasLtPlan(AlgoId)
{
    /// <inheritdoc/>
    public override string Mode => "gemmsn";

    internal override GemmPlan ToGemm(CublasLtTarget target) => target.CudaCore() with { SplitK = Recipe.Chunks, BlockK = Recipe.SubBlockK };
}
