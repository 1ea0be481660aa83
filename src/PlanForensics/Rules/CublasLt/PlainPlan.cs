using PlanForensics.Plans;

namespace PlanForensics.Rules.CublasLt;

/// <summary><c>plain</c>: one accumulator over K (nvjet without split-K).</summary>
/// <param name="AlgoId">ALGO_ID.</param>
public sealed record PlainPlan(int AlgoId) : CublasLtPlan(AlgoId)
{
    /// <inheritdoc/>
    public override string Mode => "plain";

    internal override GemmPlan ToGemm(CublasLtTarget target) => target.MatrixUnit();
}
