using ILGPU;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Warps;

/// <summary>Merges the totals of a warp's lanes by shuffles, in the order that a plan names. Lane 0 holds the result.</summary>
/// <remarks>Lanes without terms take no part; what lanes compute that the merge does not read is not used.</remarks>
internal static class WarpSum
{
    public static float Merge(float total, int lane, int used, int order)
    {
        if (order == (int)MergeOrder.Forward)
            return Forward(total, used);
        if (order == (int)MergeOrder.Butterfly)
            return Butterfly(total, lane, used);
        if (order == (int)MergeOrder.HalfNeighbours)
            total = Step(total, lane, used, WarpShape.Lanes / 2);
        for (int half = 1; half < (order == (int)MergeOrder.HalfNeighbours ? WarpShape.Lanes / 2 : WarpShape.Lanes); half <<= 1)
            total = Step(total, lane, used, half);
        return total;
    }

    // p[i] += p[i + h], h = 16 .. 1
    private static float Butterfly(float total, int lane, int used)
    {
        for (int half = WarpShape.Lanes / 2; half >= 1; half >>= 1)
            total = Step(total, lane, used, half);
        return total;
    }

    private static float Step(float total, int lane, int used, int half)
    {
        float other = Warp.ShuffleDown(total, half);
        return lane + half < used ? Fp.Add(total, other) : total;
    }

    private static float Forward(float total, int used)
    {
        float sum = Warp.Shuffle(total, 0);
        for (int lane = 1; lane < used; lane++)
            sum = Fp.Add(sum, Warp.Shuffle(total, lane));
        return sum;
    }
}
