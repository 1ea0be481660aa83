using System.Collections.Immutable;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>Cuts K as a <see cref="GemmPlan"/> says, from the outside in.</summary>
internal static class GemmLowering
{
    public static ReductionChain Slices(GemmPlan plan, IndexRange range)
    {
        if (plan.SplitK == 1)
            return Warps(plan, range);
        int grains = (range.Count + plan.SplitGrain - 1) / plan.SplitGrain;
        long chunk = (grains + plan.SplitK - 1) / plan.SplitK * (long)plan.SplitGrain;
        var slices = new List<ReductionChain>();
        for (long start = 0; start < range.Count; start += chunk)
        {
            ReductionChain partial = Warps(plan, new IndexRange(range.Start + (int)start, (int)Math.Min(chunk, range.Count - start)));
            slices.Add(new ReductionChain(plan.Accumulator, [partial], plan.Staging));
        }

        if (plan.Merge != MergeOrder.Atomic)
            return new ReductionChain(plan.MergeAccumulator, [ChainMerge.Merge([.. slices], plan.Merge, plan.MergeAccumulator)]);
        try
        {
            ImmutableArray<int> arrival = plan.AtomicOrder.Permutation(slices.Count);
            return new ReductionChain(plan.MergeAccumulator, [.. arrival.Select(slice => (ReductionItem)slices[slice])], null, startsAtZero: true);
        }
        catch (ArgumentException exception)
        {
            throw new PlanNotSupportedException(plan.Text, exception.Message);
        }
    }

    /// <summary>Each warp of a sliced-K block takes its share of every tile; a short tile is dealt out in the same shares, the first warps taking all of it.</summary>
    private static ReductionChain Warps(GemmPlan plan, IndexRange range)
    {
        ImmutableArray<IndexRange> tiles = Tiles(plan, range);
        if (plan.SliceK == 1)
            return Blocks(plan, tiles);
        int share = plan.Tile.K / plan.SliceK;
        var warps = new ReductionChain?[plan.SliceK];
        for (int warp = 0; warp < plan.SliceK; warp++)
        {
            int offset = warp * share;
            ImmutableArray<IndexRange> ranges = [.. tiles.Where(tile => tile.Count > offset).Select(tile => new IndexRange(tile.Start + offset, Math.Min(share, tile.Count - offset)))];
            warps[warp] = ranges.Length == 0 ? null : Blocks(plan, ranges);
        }

        return ChainMerge.Merge(warps, MergeOrder.Forward, plan.Accumulator);
    }

    /// <summary>The tiles of K where their bounds matter: every one for sliced-K, the short first one for a residue that goes first.</summary>
    private static ImmutableArray<IndexRange> Tiles(GemmPlan plan, IndexRange range)
    {
        int residue = plan.Residue == Residue.First ? range.Count % plan.Tile.K : 0;
        int length = plan.SliceK > 1 ? plan.Tile.K : range.Count;
        var tiles = ImmutableArray.CreateBuilder<IndexRange>();
        if (residue > 0)
            tiles.Add(new IndexRange(range.Start, residue));
        for (int start = residue; start < range.Count; start += length)
            tiles.Add(new IndexRange(range.Start + start, Math.Min(length, range.Count - start)));
        return tiles.ToImmutable();
    }

    /// <summary>Every <see cref="GemmPlan.BlockK"/> successive terms of the ranges in an accumulator of their own, which may cross from one range into the next.</summary>
    private static ReductionChain Blocks(GemmPlan plan, ImmutableArray<IndexRange> ranges)
    {
        if (plan.BlockK == 0)
            return Lanes(plan, ranges);
        var blocks = ImmutableArray.CreateBuilder<ReductionItem>();
        var block = ImmutableArray.CreateBuilder<IndexRange>();
        int room = plan.BlockK;
        foreach (IndexRange range in ranges)
        {
            for (int offset = 0; offset < range.Count;)
            {
                int count = Math.Min(room, range.Count - offset);
                block.Add(new IndexRange(range.Start + offset, count));
                offset += count;
                room -= count;
                if (room > 0)
                    continue;
                blocks.Add(Lanes(plan, block.DrainToImmutable()));
                room = plan.BlockK;
            }
        }

        if (block.Count > 0)
            blocks.Add(Lanes(plan, block.ToImmutable()));
        return new ReductionChain(plan.Accumulator, blocks.ToImmutable());
    }

    private static ReductionChain Lanes(GemmPlan plan, ImmutableArray<IndexRange> ranges) =>
        ChainMerge.Lanes(ranges, plan.Step, plan.Lanes, plan.Accumulator, plan.StartsAtZero);
}
