using System.Numerics;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>Builds the chains of the lane orders that are more than lanes spread over a row.</summary>
internal static class RowOrders
{
    private const int PairwiseBlock = 128;
    private const int PairwiseRun = 8_192;
    private const int CascadeLevels = 4;

    public static ReductionChain Chain(RowTerms terms, ReductionStep step, LaneTree tree, NumericFormat accumulator, bool startsAtZero)
    {
        List<ReductionItem> items = tree.Order switch
        {
            LaneOrder.Blocks => Blocks(terms, step, tree, accumulator),
            LaneOrder.Cascade => Cascade(terms, step, tree, accumulator),
            _ => PairwiseRuns(terms, step, tree.Lanes, accumulator),
        };
        // Cascades and pairwise sums are added to an output that starts at +0.0.
        return new ReductionChain(accumulator, [.. items], null, startsAtZero || tree.Order is LaneOrder.Cascade or LaneOrder.Pairwise);
    }

    private static List<ReductionItem> Blocks(RowTerms terms, ReductionStep step, LaneTree tree, NumericFormat accumulator)
    {
        var items = new List<ReductionItem>();
        ReductionStep inner = step.ProductFormat == NumericFormat.Fp32 ? ReductionStep.MulAdd : step;
        NumericFormat format = accumulator == NumericFormat.Fp64 ? NumericFormat.Fp32 : accumulator;
        int full = terms.Count - (terms.Count % tree.Lanes);
        for (int start = 0; start < full; start += tree.Lanes)
        {
            var lanes = new ReductionChain?[tree.Lanes];
            for (int lane = 0; lane < lanes.Length; lane++)
                lanes[lane] = Sum(terms, inner, format, start + lane, 1, 1);
            items.Add(ChainMerge.Merge(lanes, tree.Merge, format));
        }

        terms.Add(items, step, full, 1, terms.Count - full);
        return items;
    }

    private static List<ReductionItem> Cascade(RowTerms terms, ReductionStep step, LaneTree tree, NumericFormat accumulator)
    {
        int lanes = terms.Count < tree.Lanes ? 1 : tree.Lanes;
        int vectors = terms.Count / lanes;
        int each = vectors / tree.Accumulators;
        var items = new List<ReductionItem>();
        terms.Add(items, step, vectors * lanes, 1, terms.Count - (vectors * lanes));
        for (int lane = 0; lane < lanes; lane++)
        {
            int stride = lanes * tree.Accumulators;
            var total = new List<ReductionItem>();
            if (each > 0)
                total.Add(Levels(terms, step, accumulator, lane, stride, each));
            terms.Add(total, step, (each * stride) + lane, lanes, vectors - (each * tree.Accumulators));
            for (int index = 1; index < tree.Accumulators && each > 0; index++)
                total.Add(Levels(terms, step, accumulator, (index * lanes) + lane, stride, each));
            items.Add(new ReductionChain(accumulator, [.. total]));
        }

        return items;
    }

    /// <summary>One accumulator of a cascade: full groups climb the levels, the rest stays on level 0.</summary>
    private static ReductionChain Levels(RowTerms terms, ReductionStep step, NumericFormat accumulator, int start, int stride, int count)
    {
        int power = Math.Max(4, CeilingLog2(count) / CascadeLevels);
        int group = 1 << power;
        var levels = new List<ReductionItem>[CascadeLevels];
        for (int level = 0; level < levels.Length; level++)
            levels[level] = [];
        int done = 0;
        while (done + group <= count)
        {
            terms.Add(levels[0], step, start + (done * stride), stride, group);
            done += group;
            for (int level = 1; level < levels.Length; level++)
            {
                levels[level].Add(new ReductionChain(accumulator, [.. levels[level - 1]]));
                levels[level - 1].Clear();
                if ((done & ((long)(group - 1) << (level * power))) != 0)
                    break;
            }
        }

        terms.Add(levels[0], step, start + (done * stride), stride, count - done);
        for (int level = 1; level < levels.Length; level++)
            if (levels[level].Count > 0)
                levels[0].Add(new ReductionChain(accumulator, [.. levels[level]]));
        return new ReductionChain(accumulator, [.. levels[0]]);
    }

    /// <summary>NumPy hands an inner loop at most a buffer of terms.</summary>
    private static List<ReductionItem> PairwiseRuns(RowTerms terms, ReductionStep step, int width, NumericFormat accumulator)
    {
        if (terms.Count <= PairwiseRun)
            return Pairwise(terms, step, width, accumulator, 0, terms.Count);
        var items = new List<ReductionItem>();
        for (int start = 0; start < terms.Count; start += PairwiseRun)
            items.Add(new ReductionChain(accumulator, [.. Pairwise(terms, step, width, accumulator, start, Math.Min(PairwiseRun, terms.Count - start))]));
        return items;
    }

    private static List<ReductionItem> Pairwise(RowTerms terms, ReductionStep step, int width, NumericFormat accumulator, int start, int count)
    {
        var items = new List<ReductionItem>();
        if (count > PairwiseBlock)
        {
            int half = count / 2;
            half -= half % width;
            items.Add(new ReductionChain(accumulator, [.. Pairwise(terms, step, width, accumulator, start, half)]));
            items.Add(new ReductionChain(accumulator, [.. Pairwise(terms, step, width, accumulator, start + half, count - half)]));
            return items;
        }

        int full = count - (count % width);
        if (full > 0)
        {
            var lanes = new ReductionChain?[width];
            for (int lane = 0; lane < width; lane++)
                lanes[lane] = Sum(terms, step, accumulator, start + lane, width, full / width);
            items.Add(ChainMerge.Merge(lanes, MergeOrder.Neighbours, accumulator));
        }

        terms.Add(items, step, start + full, 1, count - full);
        return items;
    }

    private static ReductionChain Sum(RowTerms terms, ReductionStep step, NumericFormat accumulator, int start, int stride, int count)
    {
        var items = new List<ReductionItem>();
        terms.Add(items, step, start, stride, count);
        return new ReductionChain(accumulator, [.. items]);
    }

    private static int CeilingLog2(int count) => count <= 2 ? 1 : BitOperations.Log2((uint)(count - 1)) + 1;
}
