using PlanForensics.Plans;

namespace PlanForensics.Rules.CublasLt;

/// <summary><c>split_blocks</c>: as <c>split</c>, and inside a slice every <paramref name="BlockK"/> terms have an accumulator of their own, whose totals are added forward (Hopper nvjet, fp8).</summary>
/// <param name="AlgoId">ALGO_ID.</param>
/// <param name="KChunk">Terms of a slice; K where there is one slice.</param>
/// <param name="Splits">SPLITK_NUM; fewer slices may have terms.</param>
/// <param name="BlockK">Terms of a block; a slice is a whole number of blocks.</param>
public sealed record SplitBlocksPlan(int AlgoId, int KChunk, int Splits, int BlockK) : CublasLtPlan(AlgoId)
{
    /// <inheritdoc/>
    public override string Mode => "split_blocks";

    internal override GemmPlan ToGemm(CublasLtTarget target)
    {
        GemmPlan unit = target.MatrixUnit();
        return unit.BlockK == 0
            ? unit with { SplitK = Splits, SplitGrain = BlockK, BlockK = BlockK }
            : throw Refuse("accumulators that close every tile were measured on sm_90 only; with the late addition of this architecture's fp8 unit their order is not known");
    }
}
