using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Warps;

/// <summary>A program that spreads K over 32 lanes: found by lowering each such order and comparing programs, so that equal means equal bits.</summary>
/// <param name="Step">Whether products are fused with their sums.</param>
/// <param name="Vector">Successive terms of a lane.</param>
/// <param name="Merge">How lane totals are merged.</param>
/// <param name="StartsAtZero">Whether lanes start at +0.0.</param>
internal sealed record WarpProgram(StepKind Step, int Vector, MergeOrder Merge, bool StartsAtZero)
{
    private static readonly int[] Vectors = [1, 2, 4, 8];
    private static readonly MergeOrder[] Orders = [MergeOrder.Butterfly, MergeOrder.Neighbours, MergeOrder.HalfNeighbours, MergeOrder.Forward];

    /// <summary>The form of a program, or null where it has none.</summary>
    public static WarpProgram? Of(ReductionProgram program)
    {
        if (program.Root is not { Accumulator: NumericFormat.Fp32, StoredAs: null } || program.Depth < WarpShape.Lanes)
            return null;
        foreach (int vector in Vectors)
            foreach (MergeOrder order in Orders)
                foreach (StepKind step in (StepKind[])[StepKind.Fma, StepKind.MulAdd])
                    foreach (bool zero in (bool[])[false, true])
                        if (program.Equals(Lower(program, vector, order, step, zero)))
                            return new WarpProgram(step, vector, order, zero);
        return null;
    }

    private static ReductionProgram Lower(ReductionProgram program, int vector, MergeOrder order, StepKind step, bool zero)
    {
        var tree = new LaneTree { Lanes = WarpShape.Lanes, Vector = vector, Merge = order };
        ReductionStep arithmetic = step == StepKind.Fma ? ReductionStep.Fma : ReductionStep.MulAdd;
        return new ReductionProgram(
            program.Depth, ChainMerge.Lanes([new IndexRange(0, program.Depth)], arithmetic, tree, NumericFormat.Fp32, zero), program.OperandA, program.OperandB, program.Epilogue);
    }
}
