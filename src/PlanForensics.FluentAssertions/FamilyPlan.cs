using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.FluentAssertions;

/// <summary>A whole plan in which one family's operators run a given plan, and all others plain sequential ones.</summary>
internal static class FamilyPlan
{
    public static ExecutionPlan Of(OperatorPlan plan, NumericFormat activations, NumericFormat? logits)
    {
        if (plan is GemmPlan gemm)
            return PlanCatalog.Uniform(gemm, activations, logits);
        ExecutionPlan plain = PlanCatalog.Uniform(new GemmPlan(), activations, logits);
        PlanRule Rule(OperatorRole role, OperatorPlan chosen) => new(null, null, role, chosen);
        return plan switch
        {
            PlanMap or ProgramPlan or QuantizedGemmPlan => plain.With(PlanCatalog.GemmRules(plan)),
            AttentionPlan attention => plain.With(Rule(OperatorRole.Attention, attention with { Output = activations })),
            NormPlan norm => plain.With(
                Rule(OperatorRole.AttentionNorm, norm with { Output = activations }), Rule(OperatorRole.MlpNorm, norm with { Output = activations }), Rule(OperatorRole.FinalNorm, norm with { Output = activations })),
            ActivationPlan activation => plain.With(Rule(OperatorRole.Activation, activation with { Output = activations })),
            RopePlan rope => plain.With(Rule(OperatorRole.Rope, rope with { Output = activations })),
            ComposedAttentionPlan composed => plain.With(Rule(OperatorRole.Attention, composed)),
            _ => throw new ArgumentException($"no operator of a decoder runs this plan alone: \"{plan.Text}\"; give whole plans", nameof(plan)),
        };
    }
}
