using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Attribution;

/// <summary>A plan that must differ from another one: every matrix product in two slices whose sums are staged and added in bf16.</summary>
internal static class PerturbingPlan
{
    public const string Name = "every matrix product in 2 slices merged in bf16";

    public static ExecutionPlan Of(ExecutionPlan plan) => plan.With(plan.Rules.Where(rule => OperatorRoles.IsGemm(rule.Role)).Select(rule => rule with
    {
        Plan = new GemmPlan
        {
            SplitK = 2, Staging = NumericFormat.Bf16, MergeAccumulator = NumericFormat.Bf16, Output = OutputOf(rule.Plan), Bias = BiasOf(rule.Plan),
        },
    }));

    private static NumericFormat OutputOf(OperatorPlan plan) => plan switch
    {
        GemmPlan gemm => gemm.Output,
        ProgramPlan program => program.Program.Output,
        PlanMap map => OutputOf(map.Regions[^1].Plan),
        _ => NumericFormat.Fp32,
    };

    private static BiasPlacement BiasOf(OperatorPlan plan) => plan is GemmPlan gemm ? gemm.Bias : BiasPlacement.Fused;
}
