using PlanForensics.Plans;

namespace PlanForensics.Rules.CublasLt;

/// <summary><c>k_per_dot</c>: one accumulator over K, the residue of K first (CUTLASS 2 without split-K).</summary>
/// <param name="AlgoId">ALGO_ID.</param>
/// <param name="KPerDot">Terms of one instruction; blocks are counted from the start of the residue and again after it.</param>
/// <param name="BlockK">Depth of a tile.</param>
/// <param name="LeadingGroupK">K mod <paramref name="BlockK"/>: terms that are taken before the whole tiles.</param>
public sealed record KPerDotPlan(int AlgoId, int KPerDot, int BlockK, int LeadingGroupK) : CublasLtPlan(AlgoId)
{
    /// <inheritdoc/>
    public override string Mode => "k_per_dot";

    internal override GemmPlan ToGemm(CublasLtTarget target) =>
        target.MatrixUnit(KPerDot) with { Tile = new TileShape(0, 0, BlockK), Residue = Residue.First };
}
