using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Tests.Plans;

/// <summary>A GEMM plan written as plain loops over terms and accumulators, from the documented fields: the oracle of lowering. Scalar fp32 steps only.</summary>
internal static class PlanLoops
{
    public static float Run(GemmPlan plan, float[] a, float[] b)
    {
        int[] terms = [.. Enumerable.Range(0, a.Length)];
        if (plan.SplitK == 1)
            return Slice(plan, terms, a, b);
        int chunk = (int)Math.Ceiling(Math.Ceiling(terms.Length / (double)plan.SplitGrain) / plan.SplitK) * plan.SplitGrain;
        float[] partials = [.. terms.Chunk(chunk).Select(slice => Round(plan.Staging, Slice(plan, slice, a, b)))];
        if (plan.Merge != MergeOrder.Atomic)
            return Merge([.. partials.Select(value => (float?)value)], plan.Merge, plan.MergeAccumulator);
        float total = 0.0f;
        foreach (int slice in plan.AtomicOrder.Permutation(partials.Length))
            total = Round(plan.MergeAccumulator, total + partials[slice]);
        return total;
    }

    private static float Slice(GemmPlan plan, int[] terms, float[] a, float[] b)
    {
        if (plan.SliceK == 1)
            return Blocked(plan, terms, a, b);
        int residue = plan.Residue == Residue.First ? terms.Length % plan.Tile.K : 0;
        int[][] tiles = [.. (residue > 0 ? [terms[..residue]] : Array.Empty<int[]>()), .. terms[residue..].Chunk(plan.Tile.K)];
        int share = plan.Tile.K / plan.SliceK;
        var warps = new float?[plan.SliceK];
        for (int warp = 0; warp < plan.SliceK; warp++)
        {
            int[] own = [.. tiles.SelectMany(tile => tile.Where((_, position) => position / share == warp))];
            warps[warp] = own.Length == 0 ? null : Blocked(plan, own, a, b);
        }

        return Merge(warps, MergeOrder.Forward, NumericFormat.Fp32);
    }

    private static float Blocked(GemmPlan plan, int[] terms, float[] a, float[] b) => plan.BlockK == 0
        ? Laned(plan, terms, a, b)
        : Merge([.. terms.Chunk(plan.BlockK).Select(block => (float?)Laned(plan, block, a, b))], MergeOrder.Forward, NumericFormat.Fp32);

    private static float Laned(GemmPlan plan, int[] terms, float[] a, float[] b)
    {
        LaneTree tree = plan.Lanes;
        if (tree.Order != LaneOrder.Spread)
            return RowOrderLoops.Run(tree, terms.Length, (sum, position) => Take(plan, sum, a[terms[position]], b[terms[position]]), (values, order) => Merge(values, order, NumericFormat.Fp32), plan.StartsAtZero);
        if (tree.ShortForward && terms.Length < tree.Lanes)
            tree = LaneTree.Sequential;
        var lanes = new float?[tree.Lanes];
        for (int position = 0; position < terms.Length; position++)
        {
            int lane = position / tree.Vector % tree.Lanes;
            int term = terms[position];
            float? sum = lanes[lane] ?? (plan.StartsAtZero ? 0.0f : null);
            lanes[lane] = Take(plan, sum, a[term], b[term]);
        }

        int warp = tree.Warp == 0 ? tree.Lanes : tree.Warp;
        float?[] groups = [.. lanes.Chunk(warp).Select(group => group.All(lane => lane is null) ? null : (float?)Merge(group, tree.Merge, NumericFormat.Fp32))];
        return Merge(groups, tree.BlockMerge, NumericFormat.Fp32);
    }

    private static float Take(GemmPlan plan, float? sum, float a, float b) => sum is not { } value ? a * b
        : plan.Step == ReductionStep.Fma ? MathF.FusedMultiplyAdd(a, b, value)
        : value + (a * b);

    private static float Merge(float?[] values, MergeOrder order, NumericFormat format)
    {
        float?[] p = new float?[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)values.Length)];
        values.CopyTo(p, 0);
        if (order == MergeOrder.Butterfly)
            for (int half = p.Length / 2; half > 0; half /= 2)
                for (int index = 0; index < half; index++)
                    p[index] = Sum(p[index], p[index + half], format);
        else if (order is MergeOrder.Neighbours or MergeOrder.HalfNeighbours)
            Neighbours(p, order == MergeOrder.HalfNeighbours, format);
        else
            for (int index = 1; index < p.Length; index++)
                p[0] = Sum(p[0], p[index], format);
        return Round(format, p[0]!.Value);
    }

    private static void Neighbours(float?[] p, bool halvesFirst, NumericFormat format)
    {
        int length = p.Length;
        for (int index = 0; halvesFirst && index < length / 2; index++)
            p[index] = Sum(p[index], p[index + (length / 2)], format);
        length = halvesFirst ? Math.Max(1, length / 2) : length;
        for (int half = 1; half < length; half *= 2)
            for (int index = 0; index + half < length; index += 2 * half)
                p[index] = Sum(p[index], p[index + half], format);
    }

    /// <summary>A single value is rounded where it starts the running total.</summary>
    private static float? Sum(float? left, float? right, NumericFormat format) =>
        left is not { } one ? right : right is not { } other ? left : Round(format, Round(format, one) + other);

    private static float Round(NumericFormat format, float value) => (float)RawChainEvaluator.Round(format, value);
}
