using PlanForensics.Plans;

namespace PlanForensics.Rules.CublasLt;

/// <summary><c>split</c>: slices of K, each one accumulator; partials are added forward in binary32 (nvjet with split-K).</summary>
/// <param name="AlgoId">ALGO_ID.</param>
/// <param name="KChunk">Terms of a slice; the last one has what remains.</param>
/// <param name="Splits">SPLITK_NUM; fewer slices may have terms.</param>
/// <param name="BlockK">A slice is a whole number of this many terms.</param>
public sealed record SplitPlan(int AlgoId, int KChunk, int Splits, int BlockK) : CublasLtPlan(AlgoId)
{
    /// <inheritdoc/>
    public override string Mode => "split";

    internal override GemmPlan ToGemm(CublasLtTarget target) => target.MatrixUnit() with { SplitK = Splits, SplitGrain = BlockK };
}
