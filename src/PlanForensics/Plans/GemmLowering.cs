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
        int chunk = (grains + plan.SplitK - 1) / plan.SplitK * plan.SplitGrain;
        var slices = new List<ReductionChain>();
        for (int start = 0; start < range.Count; start += chunk)
        {
            ReductionChain partial = Warps(plan, new IndexRange(range.Start + start, Math.Min(chunk, range.Count - start)));
            slices.Add(new ReductionChain(plan.Accumulator, [partial], plan.Staging));
        }

        if (plan.Merge != MergeOrder.Atomic)
            return ChainMerge.Merge([.. slices], plan.Merge, plan.MergeAccumulator);
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

    private static ReductionChain Warps(GemmPlan plan, IndexRange range)
    {
        if (plan.SliceK == 1)
            return Blocks(plan, [range]);
        int share = plan.Tile.K / plan.SliceK;
        var warps = new ReductionChain?[plan.SliceK];
        for (int warp = 0; warp < plan.SliceK; warp++)
        {
            var ranges = ImmutableArray.CreateBuilder<IndexRange>();
            for (int start = warp * share; start < range.Count; start += plan.Tile.K)
                ranges.Add(new IndexRange(range.Start + start, Math.Min(share, range.Count - start)));
            warps[warp] = ranges.Count == 0 ? null : Blocks(plan, ranges.ToImmutable());
        }

        return ChainMerge.Merge(warps, MergeOrder.Forward, plan.Accumulator);
    }

    private static ReductionChain Blocks(GemmPlan plan, ImmutableArray<IndexRange> ranges)
    {
        if (plan.Residue == Residue.First)
            ranges = CutAt(ranges, ranges.Sum(range => range.Count) % plan.Tile.K);
        if (plan.BlockK == 0)
            return Lanes(plan, ranges);
        var blocks = ImmutableArray.CreateBuilder<ReductionItem>();
        while (ranges.Length > 0)
        {
            ranges = CutAt(ranges, plan.BlockK);
            int taken = 0;
            int count = 0;
            while (count < ranges.Length && taken < plan.BlockK)
                taken += ranges[count++].Count;
            blocks.Add(Lanes(plan, ranges[..count]));
            ranges = ranges[count..];
        }

        return new ReductionChain(plan.Accumulator, blocks.ToImmutable());
    }

    private static ReductionChain Lanes(GemmPlan plan, ImmutableArray<IndexRange> ranges) =>
        ChainMerge.Lanes(ranges, plan.Step, plan.Lanes, plan.Accumulator, plan.StartsAtZero);

    /// <summary>The same terms with a boundary after the first <paramref name="position"/> of them.</summary>
    private static ImmutableArray<IndexRange> CutAt(ImmutableArray<IndexRange> ranges, int position)
    {
        for (int index = 0; index < ranges.Length; index++)
        {
            IndexRange range = ranges[index];
            if (position <= 0)
                return ranges;
            if (position < range.Count)
            {
                return ranges.RemoveAt(index)
                    .Insert(index, new IndexRange(range.Start + position, range.Count - position))
                    .Insert(index, new IndexRange(range.Start, position));
            }

            position -= range.Count;
        }

        return ranges;
    }
}
