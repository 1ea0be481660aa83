using System.Collections.Immutable;
using PlanForensics.Engines;
using PlanForensics.Plans;

namespace PlanForensics.Identification.Rows;

/// <summary>Plans over rows that no engine runs: sums in odd numbers of fp32 lanes, functions by portable exponentials. A bf16 output hides such an order; there the control is their result cut off instead of rounded.</summary>
internal static class RowControls
{
    private static readonly LaneTree Three = new() { Lanes = 3, Merge = MergeOrder.Forward };
    private static readonly LaneTree Seven = new() { Lanes = 7, Vector = 3, Merge = MergeOrder.Neighbours };

    public static ImmutableArray<OperatorPlan> For(RowOperator kind) => kind switch
    {
        RowOperator.Sum or RowOperator.ColumnSum => [new SumPlan { Lanes = Three }, new SumPlan { Lanes = Seven }],
        RowOperator.Softmax => [new SoftmaxPlan { Sum = Three }, new SoftmaxPlan { Sum = Seven, Divide = Division.Reciprocal }],
        RowOperator.RmsNorm or RowOperator.Norm => [new NormPlan { Threads = Three }, new NormPlan { Step = ReductionStep.Fma, Threads = Seven }],
        RowOperator.Silu => [new ActivationPlan { Form = ActivationForm.Sigmoid }, new ActivationPlan { Math = MathPath.Mlas, Block = new MathBlock { Length = 7 } }],
        RowOperator.Gelu => [new ActivationPlan()],
        _ => [new RopePlan(), new RopePlan { Step = ReductionStep.Fma }],
    };
}
