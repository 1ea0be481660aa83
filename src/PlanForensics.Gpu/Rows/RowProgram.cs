using PlanForensics.Gpu.Warps;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Rows;

/// <summary>A norm whose sums are spread over the threads of one group: found by lowering each such order and comparing programs.</summary>
/// <param name="Step">Whether squares are fused with their sum.</param>
/// <param name="Tree">The threads.</param>
internal sealed record RowProgram(StepKind Step, LaneTree Tree)
{
    private static readonly int[] Threads = [32, 64, 128, 256, 512, 1024];
    private static readonly MergeOrder[] Orders = [MergeOrder.Butterfly, MergeOrder.Neighbours, MergeOrder.Forward, MergeOrder.HalfNeighbours];

    /// <summary>The form of a norm, or null where it has none.</summary>
    public static RowProgram? Of(NormProgram program, bool isLayer)
    {
        if (program.Squares.Root is not { Accumulator: NumericFormat.Fp32 } || (isLayer && program.Formula == NormFormula.Welford))
            return null;
        foreach (int threads in Threads)
            foreach (MergeOrder merge in Orders)
                foreach (MergeOrder block in threads == WarpShape.Lanes ? [MergeOrder.Forward] : Orders)
                    foreach (ReductionStep step in (ReductionStep[])[ReductionStep.Fma, ReductionStep.MulAdd])
                    {
                        var tree = new LaneTree { Lanes = threads, Warp = threads == WarpShape.Lanes ? 0 : WarpShape.Lanes, Merge = merge, BlockMerge = block };
                        if (program.Squares.Equals(Lower(program.Width, step, tree)) && (!isLayer || program.Sum.Equals(Lower(program.Width, ReductionStep.Add, tree))))
                            return new RowProgram(step.Kind, tree);
                    }

        return null;
    }

    private static ReductionProgram Lower(int width, ReductionStep step, LaneTree tree) => new(
        width, ChainMerge.Lanes([new IndexRange(0, width)], step, tree, NumericFormat.Fp32, startsAtZero: false), NumericFormat.Fp32, NumericFormat.Fp32);
}
