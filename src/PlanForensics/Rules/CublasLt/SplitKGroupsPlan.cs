using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Rules.CublasLt;

/// <summary><c>splitk_groups</c>: slices of K, in each the residue of the slice first; merged as <paramref name="Merge"/> says (CUTLASS 2 with split-K).</summary>
/// <param name="AlgoId">ALGO_ID.</param>
/// <param name="KChunk">Terms of a slice; the last one has what remains.</param>
/// <param name="Splits">SPLITK_NUM; fewer slices may have terms.</param>
/// <param name="Grain">A slice is a whole number of this many terms.</param>
/// <param name="BlockK">Depth of a tile: a slice's residue is its length mod this.</param>
/// <param name="KPerDot">Terms of one instruction.</param>
/// <param name="Merge">Where partials are rounded when they merge.</param>
public sealed record SplitKGroupsPlan(int AlgoId, int KChunk, int Splits, int Grain, int BlockK, int KPerDot, SplitKMerge Merge) : CublasLtPlan(AlgoId)
{
    /// <inheritdoc/>
    public override string Mode => "splitk_groups";

    internal override GemmPlan ToGemm(CublasLtTarget target) => target.MatrixUnit(KPerDot) with
    {
        Tile = new TileShape(0, 0, BlockK),
        Residue = Residue.First,
        SplitK = Splits,
        SplitGrain = Grain,
        Staging = Merge == SplitKMerge.OutputWorkspace ? target.Output : NumericFormat.Fp32,
        MergeAccumulator = Merge == SplitKMerge.Serial ? target.Output : NumericFormat.Fp32,
    };
}
