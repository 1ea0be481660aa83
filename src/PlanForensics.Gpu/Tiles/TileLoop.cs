using ILGPU;
using PlanForensics.Gpu.MatrixUnits;
using PlanForensics.Gpu.Weights;

namespace PlanForensics.Gpu.Tiles;

/// <summary>The sums of one tile over one slice of K.</summary>
internal static class TileLoop
{
    /// <summary>A thread's share of a group of 256, two tiles of terms in shared memory, the next one on its way in registers.</summary>
    public static Sums64 Run<TStep, TWeights>(
        ArrayView<float> a, ArrayView<uint> weights, ArrayView<int> slices, ArrayView<F4> sharedA, ArrayView<F4> sharedB, int thread, int tileRow, int tileColumn, int slice, TileShape shape)
        where TStep : struct, IMacStep
        where TWeights : struct, IWeightFormat
    {
        const int panel = TileShape.Depth * TileShape.Pitch;
        int term = slices[3 * slice];
        int end = term + slices[(3 * slice) + 1];
        int row = (tileRow * TileShape.Rows) + (thread >> 1);
        int column = (tileColumn * TileShape.Columns) + (thread >> 1);
        int own = (thread & 1) * 4;
        Sums64 sums = Sums64.Of(TileSteps.Start(slices, slice));
        F4 nextA = TileSteps.Fetch(a, row, shape.M, term + own, end, shape);
        U4 nextB = TileSteps.FetchWeights<TWeights>(weights, column, shape.N, term + own, end, shape);
        int buffer = 0;
        while (term < end)
        {
            int first = buffer * panel / 4;
            TileSteps.Store(sharedA.SubView(first, panel / 4).Cast<float>(), thread, nextA);
            TileSteps.Store(sharedB.SubView(first, panel / 4).Cast<float>(), thread, TWeights.Four(nextB));
            Group.Barrier();
            int following = term + TileShape.Depth;
            if (following < end)
            {
                nextA = TileSteps.Fetch(a, row, shape.M, following + own, end, shape);
                nextB = TileSteps.FetchWeights<TWeights>(weights, column, shape.N, following + own, end, shape);
            }

            ArrayView<F4> panelA = sharedA.SubView(first, panel / 4);
            ArrayView<F4> panelB = sharedB.SubView(first, panel / 4);
            if (following <= end)
                TileSteps.Accumulate<TStep>(panelA, panelB, thread, TileShape.Depth, ref sums);
            else
                TileSteps.Accumulate<TStep>(panelA, panelB, thread, end - term, ref sums);
            buffer = 1 - buffer;
            term = following;
        }

        return sums;
    }

    /// <summary>The same on the CPU device: one thread runs all 256, one after the other between what are barriers on a GPU.</summary>
    public static void RunPhased<TStep, TWeights>(
        ArrayView<float> a, ArrayView<uint> weights, ArrayView<int> slices, ArrayView<F4> sharedA, ArrayView<F4> sharedB, ArrayView<Sums64> sums, int tileRow, int tileColumn, int slice, TileShape shape)
        where TStep : struct, IMacStep
        where TWeights : struct, IWeightFormat
    {
        int end = slices[3 * slice] + slices[(3 * slice) + 1];
        for (int thread = 0; thread < TileShape.Threads; thread++)
            sums[thread] = Sums64.Of(TileSteps.Start(slices, slice));
        for (int term = slices[3 * slice]; term < end; term += TileShape.Depth)
        {
            for (int thread = 0; thread < TileShape.Threads; thread++)
            {
                int first = term + ((thread & 1) * 4);
                TileSteps.Store(sharedA.Cast<float>(), thread, TileSteps.Fetch(a, (tileRow * TileShape.Rows) + (thread >> 1), shape.M, first, end, shape));
                TileSteps.Store(sharedB.Cast<float>(), thread, TWeights.Four(TileSteps.FetchWeights<TWeights>(weights, (tileColumn * TileShape.Columns) + (thread >> 1), shape.N, first, end, shape)));
            }

            int terms = end - term < TileShape.Depth ? end - term : TileShape.Depth;
            for (int thread = 0; thread < TileShape.Threads; thread++)
                TileSteps.Accumulate<TStep>(sharedA, sharedB, thread, terms, ref sums[thread]);
        }
    }
}
