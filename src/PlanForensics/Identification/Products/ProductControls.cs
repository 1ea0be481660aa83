using System.Collections.Immutable;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Identification.Products;

/// <summary>Orders that no engine runs. Where one of them reproduces a recorded output, the output is too thin to name a plan.</summary>
/// <remarks>
/// A bf16 output hides the order of an fp32 sum: there the controls are sums that are staged or kept in bf16, which such an output does show, and plans of one fp32 sum form a class.
/// </remarks>
internal static class ProductControls
{
    private static readonly ImmutableArray<GemmPlan> Wide =
    [
        new() { BlockK = 11 },
        new() { Step = ReductionStep.MulAdd, BlockK = 7 },
        new() { Lanes = new LaneTree { Lanes = 3, Merge = MergeOrder.Forward } },
        new() { Step = ReductionStep.MulAdd, Lanes = new LaneTree { Lanes = 5, Merge = MergeOrder.Forward } },
    ];

    private static readonly ImmutableArray<GemmPlan> Narrow =
    [
        new() { Output = NumericFormat.Bf16, SplitK = 3, Staging = NumericFormat.Bf16, MergeAccumulator = NumericFormat.Bf16 },
        new() { Output = NumericFormat.Bf16, BlockK = 11, Accumulator = NumericFormat.Bf16 },
    ];

    public static ImmutableArray<GemmPlan> For(NumericFormat output) => output == NumericFormat.Bf16 ? Narrow : Wide;
}
