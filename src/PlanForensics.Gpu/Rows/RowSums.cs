using ILGPU;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Gpu.Tiles;
using PlanForensics.Gpu.Warps;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Rows;

/// <summary>The total of a group's threads, in the order of a plan: shuffles in each warp, then the warps' totals in shared memory by one thread.</summary>
internal static class RowSums
{
    /// <summary>Most warps of a group.</summary>
    public const int Warps = 32;

    /// <summary>Sum of squares of distances from <paramref name="mean"/>; every thread gets it.</summary>
    public static float Squares<TStep>(ArrayView<float> x, long row, float mean, bool centered, RowShape shape, ArrayView<float> totals)
        where TStep : struct, IMacStep
    {
        int thread = Group.IdxX;
        float total = -0.0f;
        for (int first = thread * shape.Vector; first < shape.Width; first += shape.Lanes * shape.Vector)
        {
            for (int term = first; term < first + shape.Vector && term < shape.Width; term++)
            {
                float value = centered ? Fp.Sub(x[row + term], mean) : x[row + term];
                total = TStep.Mac(value, value, total);
            }
        }

        return Merge(total, shape, totals);
    }

    /// <summary>Sum of the row; every thread gets it.</summary>
    public static float Sum(ArrayView<float> x, long row, RowShape shape, ArrayView<float> totals)
    {
        int thread = Group.IdxX;
        float total = -0.0f;
        for (int first = thread * shape.Vector; first < shape.Width; first += shape.Lanes * shape.Vector)
        {
            for (int term = first; term < first + shape.Vector && term < shape.Width; term++)
                total = Fp.Add(total, x[row + term]);
        }

        return Merge(total, shape, totals);
    }

    private static float Merge(float total, RowShape shape, ArrayView<float> totals)
    {
        int thread = Group.IdxX;
        int lane = thread & (WarpShape.Lanes - 1);
        int warp = thread / WarpShape.Lanes;
        int used = shape.Used - (warp * WarpShape.Lanes);
        used = used > WarpShape.Lanes ? WarpShape.Lanes : used;
        total = WarpSum.Merge(total, lane, used, shape.Merge);
        if (lane == 0)
            totals[warp] = total;
        Group.Barrier();
        if (thread == 0)
            Totals(totals, shape);
        Group.Barrier();
        float result = totals[0];
        Group.Barrier();
        return result;
    }

    // By one thread, in place: at most 32 totals.
    private static void Totals(ArrayView<float> totals, RowShape shape)
    {
        int used = (shape.Used + WarpShape.Lanes - 1) / WarpShape.Lanes;
        int places = shape.Lanes / WarpShape.Lanes;
        int width = 1;
        while (width < places)
            width <<= 1;
        if (shape.BlockMerge == (int)MergeOrder.Forward)
        {
            for (int warp = 1; warp < used; warp++)
                totals[0] = Fp.Add(totals[0], totals[warp]);
            return;
        }

        if (shape.BlockMerge == (int)MergeOrder.Butterfly)
        {
            for (int half = width >> 1; half >= 1; half >>= 1)
                Fold(totals, half, half, used, 1);
            return;
        }

        if (shape.BlockMerge == (int)MergeOrder.HalfNeighbours && width > 1)
        {
            Fold(totals, width >> 1, width >> 1, used, 1);
            used = used < width >> 1 ? used : width >> 1;
        }

        for (int half = 1; half < used; half <<= 1)
            Fold(totals, used, half, used, 2 * half);
    }

    // p[i] += p[i + distance] for i = 0, step, 2 step, .. below a limit
    private static void Fold(ArrayView<float> totals, int limit, int distance, int used, int step)
    {
        for (int index = 0; index < limit && index + distance < used; index += step)
            totals[index] = Fp.Add(totals[index], totals[index + distance]);
    }
}
