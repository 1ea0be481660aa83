using System.Collections.Immutable;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>Builds the chain that merges finished chains in a given order.</summary>
internal static class ChainMerge
{
    /// <summary>Merges chains (null: takes no part) in an order; inner nodes of a tree are stored as <paramref name="stored"/>.</summary>
    public static ReductionChain Merge(ReductionChain?[] chains, MergeOrder order, NumericFormat accumulator, NumericFormat? stored = null)
    {
        switch (order)
        {
            case MergeOrder.Butterfly:
                int width = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)chains.Length);
                Array.Resize(ref chains, width);
                for (int half = width / 2; half >= 1; half /= 2)
                    for (int index = 0; index < half; index++)
                        chains[index] = AddPair(chains[index], chains[index + half], accumulator, stored);
                return chains[0]!;
            case MergeOrder.Neighbours:
                return Neighbours(chains, accumulator, stored);
            case MergeOrder.HalfNeighbours:
                int middle = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)chains.Length) / 2;
                for (int index = 0; index < middle && index + middle < chains.Length; index++)
                    chains[index] = AddPair(chains[index], chains[index + middle], accumulator, stored);
                return Neighbours(chains[..Math.Max(middle, 1)], accumulator, stored);
            default:
                return new ReductionChain(accumulator, [.. chains.Where(chain => chain is not null).Cast<ReductionItem>()]);
        }
    }

    private static ReductionChain Neighbours(ReductionChain?[] chains, NumericFormat accumulator, NumericFormat? stored)
    {
        for (int half = 1; half < chains.Length; half *= 2)
            for (int index = 0; index + half < chains.Length; index += 2 * half)
                chains[index] = AddPair(chains[index], chains[index + half], accumulator, stored);
        return chains[0]!;
    }

    private static ReductionChain? AddPair(ReductionChain? left, ReductionChain? right, NumericFormat accumulator, NumericFormat? stored) =>
        left is null ? right : right is null ? left : new ReductionChain(accumulator, [left, right], stored);

    /// <summary>The chain over a list of index ranges spread over lanes.</summary>
    public static ReductionChain Lanes(ImmutableArray<IndexRange> ranges, ReductionStep step, LaneTree tree, NumericFormat accumulator, bool startsAtZero)
    {
        if (tree.Order != LaneOrder.Spread)
            return RowOrders.Chain(RowTerms.Of(ranges), step, tree, accumulator, startsAtZero);
        if (tree.Lanes == 1 || (tree.ShortForward && ranges.Sum(range => range.Count) < tree.Lanes))
            return new ReductionChain(accumulator, [.. ranges.Select(range => (ReductionItem)new ReductionSegment(step, range.Start, 1, range.Count))], null, startsAtZero);
        var lanes = new List<ReductionItem>?[tree.Lanes];
        int position = 0;
        foreach (IndexRange range in ranges)
        {
            for (int offset = 0; offset < range.Count;)
            {
                int lane = position / tree.Vector % tree.Lanes;
                int count = Math.Min(tree.Vector - (position % tree.Vector), range.Count - offset);
                (lanes[lane] ??= []).Add(new ReductionSegment(step, range.Start + offset, 1, count));
                offset += count;
                position += count;
            }
        }

        ReductionChain?[] chains = [.. lanes.Select(items => items is null ? null : new ReductionChain(accumulator, [.. items], null, startsAtZero))];
        int warp = tree.Warp == 0 ? tree.Lanes : tree.Warp;
        ReductionChain?[] groups = [.. chains.Chunk(warp).Select(group => Array.TrueForAll(group, chain => chain is null) ? null : Merge(group, tree.Merge, accumulator))];
        return Merge(groups, tree.BlockMerge, accumulator);
    }
}
