using PlanForensics.Plans;

namespace PlanForensics.Kernels;

/// <summary>The sum of a row over the lanes of a tree in binary32: what <c>ChainMerge.Lanes</c> lowers to, without a program in between.</summary>
/// <remarks>Bitwise: identical on every machine.</remarks>
internal static class LaneSum
{
    /// <summary>Whether the tree is one of those that are written out here.</summary>
    public static bool Covers(LaneTree tree) =>
        tree is { Order: LaneOrder.Spread, Merge: MergeOrder.Forward or MergeOrder.Butterfly or MergeOrder.Neighbours, BlockMerge: MergeOrder.Forward or MergeOrder.Butterfly or MergeOrder.Neighbours };

    public static float Run(LaneTree tree, ReadOnlySpan<float> values)
    {
        if (values.IsEmpty)
            return 0;
        if (tree.Lanes == 1 || (tree.ShortForward && values.Length < tree.Lanes))
            return Forward(values);
        Span<float> lanes = stackalloc float[tree.Lanes];
        int used = Math.Min(tree.Lanes, (values.Length + tree.Vector - 1) / tree.Vector);
        for (int lane = 0; lane < used; lane++)
            lanes[lane] = Lane(tree, values, lane);
        int warp = tree.Warp == 0 ? tree.Lanes : tree.Warp;
        int groups = (used + warp - 1) / warp;
        for (int index = 0; index < groups; index++)
            lanes[index] = Merge(lanes.Slice(index * warp, Math.Min(warp, used - (index * warp))), warp, tree.Merge);
        return Merge(lanes[..groups], (tree.Lanes + warp - 1) / warp, tree.BlockMerge);
    }

    private static float Lane(LaneTree tree, ReadOnlySpan<float> values, int lane)
    {
        int start = lane * tree.Vector;
        float sum = values[start];
        for (int offset = 1; offset < tree.Vector && start + offset < values.Length; offset++)
            sum += values[start + offset];
        for (int at = start + (tree.Lanes * tree.Vector); at < values.Length; at += tree.Lanes * tree.Vector)
            for (int offset = 0; offset < tree.Vector && at + offset < values.Length; offset++)
                sum += values[at + offset];
        return sum;
    }

    /// <summary>Merges the parts that have terms; <paramref name="places"/> counts those without as well.</summary>
    private static float Merge(Span<float> parts, int places, MergeOrder order)
    {
        switch (order)
        {
            case MergeOrder.Butterfly:
                for (int half = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)places) / 2; half >= 1; half /= 2)
                    for (int index = 0; index < half && index + half < parts.Length; index++)
                        parts[index] += parts[index + half];
                return parts[0];
            case MergeOrder.Neighbours:
                for (int half = 1; half < parts.Length; half *= 2)
                    for (int index = 0; index + half < parts.Length; index += 2 * half)
                        parts[index] += parts[index + half];
                return parts[0];
            default:
                return Forward(parts);
        }
    }

    private static float Forward(ReadOnlySpan<float> values)
    {
        float sum = values[0];
        foreach (float value in values[1..])
            sum += value;
        return sum;
    }
}
