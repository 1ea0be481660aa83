using System.Collections.Immutable;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.OpenBlas;

/// <summary>An order and the blocks of K as a plan: a <c>gemm</c> text where its fields say it, else the program.</summary>
/// <remarks>
/// Accumulators start at +0.0. So does the output to which the first block is added, which the plans leave out: it would turn a sum of -0.0 into +0.0, and such a sum needs products that
/// underflow.
/// </remarks>
internal static class TileOrderPlans
{
    public static OperatorPlan Of(TileOrder order, StepKind step, IReadOnlyList<int> blocks)
    {
        ReductionStep term = step == StepKind.MulAdd ? ReductionStep.MulAdd : ReductionStep.Fma;
        LaneTree? lanes = order switch
        {
            TileOrder.Sequential => LaneTree.Sequential,
            TileOrder.EvenOdd when blocks.All(length => length < 8) => LaneTree.Sequential,
            TileOrder.EvenOdd when blocks.All(length => length % 8 == 0) => new LaneTree { Lanes = 2 },
            TileOrder.SixteenLanesByNeighbours => new LaneTree { Lanes = 16, Merge = MergeOrder.Neighbours },
            TileOrder.SixteenLanesByHalves => new LaneTree { Lanes = 16 },
            _ => null,
        };
        bool evenBlocks = blocks.SkipLast(1).All(length => length == blocks[0]) && blocks[^1] <= blocks[0];
        if (lanes is not null && evenBlocks)
            return new GemmPlan { Step = term, BlockK = blocks.Count == 1 ? 0 : blocks[0], Lanes = lanes, StartsAtZero = true };

        var sums = ImmutableArray.CreateBuilder<ReductionItem>();
        int start = 0;
        foreach (int length in blocks)
        {
            sums.Add(Block(order, term, start, length));
            start += length;
        }

        var root = new ReductionChain(NumericFormat.Fp32, sums.ToImmutable());
        return new ProgramPlan(new ReductionProgram(start, root, NumericFormat.Fp32, NumericFormat.Fp32, [new EpilogueStep(EpilogueKind.Round, NumericFormat.Fp32)]));
    }

    private static ReductionChain Block(TileOrder order, ReductionStep term, int start, int length) => order switch
    {
        TileOrder.Sequential => Chain(new ReductionSegment(term, start, 1, length)),
        TileOrder.EvenOdd => Accumulators(term, start, length, 8, [0, 1]),
        TileOrder.FourAccumulators => Accumulators(term, start, length, 8, [0, 1, 2, 3]),
        TileOrder.EightAccumulators => Accumulators(term, start, length, 16, [0, 2, 4, 6, 1, 3, 5, 7]),
        _ => throw new ArgumentOutOfRangeException(nameof(order), order, "products that are added in 16 lanes are not cut in blocks"),
    };

    /// <summary>Accumulators over the part of a block that is a multiple of the unroll, merged pairwise in the order given; what is left of the block goes to the first.</summary>
    private static ReductionChain Accumulators(ReductionStep term, int start, int length, int unroll, int[] merged)
    {
        int count = merged.Length;
        int unrolled = length / unroll * unroll;
        var chains = new ReductionChain?[count];
        for (int position = 0; position < count; position++)
        {
            int accumulator = merged[position];
            var items = ImmutableArray.CreateBuilder<ReductionItem>();
            if (unrolled > 0)
                items.Add(new ReductionSegment(term, start + accumulator, count, unrolled / count));
            if (accumulator == 0 && unrolled < length)
                items.Add(new ReductionSegment(term, start + unrolled, 1, length - unrolled));
            chains[position] = items.Count == 0 ? null : Chain([.. items]);
        }

        return ChainMerge.Merge(chains, MergeOrder.Neighbours, NumericFormat.Fp32);
    }

    private static ReductionChain Chain(params ReadOnlySpan<ReductionItem> items) => new(NumericFormat.Fp32, [.. items], null, startsAtZero: true);
}
