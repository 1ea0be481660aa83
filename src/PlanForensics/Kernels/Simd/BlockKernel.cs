using System.Runtime.CompilerServices;

namespace PlanForensics.Kernels.Simd;

/// <summary>
/// Runs sub-chains of one range each on a tile, as <see cref="TileKernel{TF, TD, TSimd}"/> runs ranges: each starts with its first term and is added to the accumulator when finished.
/// </summary>
internal static unsafe class BlockKernel<TF, TD, TSimd>
    where TF : struct
    where TD : struct
    where TSimd : struct, ISimd<TF, TD>
{
    public static void Run<TStep, TWeights>(in Tile tile, TermRange* ranges, int count, float* accumulators)
        where TStep : struct, IStep
        where TWeights : struct, IWeightStorage
    {
        switch (tile.Rows)
        {
            case 1: Rows<RowCounts.R1, TStep, TWeights>(tile, ranges, count, accumulators); break;
            case 2: Rows<RowCounts.R2, TStep, TWeights>(tile, ranges, count, accumulators); break;
            case 3: Rows<RowCounts.R3, TStep, TWeights>(tile, ranges, count, accumulators); break;
            case 4: Rows<RowCounts.R4, TStep, TWeights>(tile, ranges, count, accumulators); break;
            case 5: Rows<RowCounts.R5, TStep, TWeights>(tile, ranges, count, accumulators); break;
            case 6: Rows<RowCounts.R6, TStep, TWeights>(tile, ranges, count, accumulators); break;
            case 7: Rows<RowCounts.R7, TStep, TWeights>(tile, ranges, count, accumulators); break;
            case 8: Rows<RowCounts.R8, TStep, TWeights>(tile, ranges, count, accumulators); break;
            case 9: Rows<RowCounts.R9, TStep, TWeights>(tile, ranges, count, accumulators); break;
            case 10: Rows<RowCounts.R10, TStep, TWeights>(tile, ranges, count, accumulators); break;
            case 11: Rows<RowCounts.R11, TStep, TWeights>(tile, ranges, count, accumulators); break;
            case 12: Rows<RowCounts.R12, TStep, TWeights>(tile, ranges, count, accumulators); break;
            default: throw new ArgumentOutOfRangeException(nameof(tile), tile.Rows, "a tile has 1 to 12 rows");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows<TRows, TStep, TWeights>(in Tile tile, TermRange* ranges, int count, float* accumulators)
        where TRows : struct, IRowCount
        where TStep : struct, IStep
        where TWeights : struct, IWeightStorage
    {
        float* a = tile.A;
        float* b = tile.B;
        nint stride = tile.BStride;
        TF l0 = default, h0 = default, l1 = default, h1 = default, l2 = default, h2 = default, l3 = default, h3 = default, l4 = default, h4 = default, l5 = default, h5 = default;
        TF l6 = default, h6 = default, l7 = default, h7 = default, l8 = default, h8 = default, l9 = default, h9 = default, l10 = default, h10 = default, l11 = default, h11 = default;
        for (int index = 0; index < count; index++)
        {
            TermRange range = ranges[index];
            float* pa = a + ((nint)range.Start * TRows.Count);
            float* pb = TWeights.At(b, range.Start * stride);
            nint stepA = (nint)range.Stride * TRows.Count;
            nint stepB = range.Stride * stride;
            TF low = TWeights.Load<TF, TD, TSimd>(pb, 0), high = TWeights.Load<TF, TD, TSimd>(pb, TSimd.Width);
            { TF x = TSimd.Broadcast(pa[0]); l0 = TStep.Start<TF, TD, TSimd>(x, low); h0 = TStep.Start<TF, TD, TSimd>(x, high); }
            if (TRows.Count > 1) { TF x = TSimd.Broadcast(pa[1]); l1 = TStep.Start<TF, TD, TSimd>(x, low); h1 = TStep.Start<TF, TD, TSimd>(x, high); }
            if (TRows.Count > 2) { TF x = TSimd.Broadcast(pa[2]); l2 = TStep.Start<TF, TD, TSimd>(x, low); h2 = TStep.Start<TF, TD, TSimd>(x, high); }
            if (TRows.Count > 3) { TF x = TSimd.Broadcast(pa[3]); l3 = TStep.Start<TF, TD, TSimd>(x, low); h3 = TStep.Start<TF, TD, TSimd>(x, high); }
            if (TRows.Count > 4) { TF x = TSimd.Broadcast(pa[4]); l4 = TStep.Start<TF, TD, TSimd>(x, low); h4 = TStep.Start<TF, TD, TSimd>(x, high); }
            if (TRows.Count > 5) { TF x = TSimd.Broadcast(pa[5]); l5 = TStep.Start<TF, TD, TSimd>(x, low); h5 = TStep.Start<TF, TD, TSimd>(x, high); }
            if (TRows.Count > 6) { TF x = TSimd.Broadcast(pa[6]); l6 = TStep.Start<TF, TD, TSimd>(x, low); h6 = TStep.Start<TF, TD, TSimd>(x, high); }
            if (TRows.Count > 7) { TF x = TSimd.Broadcast(pa[7]); l7 = TStep.Start<TF, TD, TSimd>(x, low); h7 = TStep.Start<TF, TD, TSimd>(x, high); }
            if (TRows.Count > 8) { TF x = TSimd.Broadcast(pa[8]); l8 = TStep.Start<TF, TD, TSimd>(x, low); h8 = TStep.Start<TF, TD, TSimd>(x, high); }
            if (TRows.Count > 9) { TF x = TSimd.Broadcast(pa[9]); l9 = TStep.Start<TF, TD, TSimd>(x, low); h9 = TStep.Start<TF, TD, TSimd>(x, high); }
            if (TRows.Count > 10) { TF x = TSimd.Broadcast(pa[10]); l10 = TStep.Start<TF, TD, TSimd>(x, low); h10 = TStep.Start<TF, TD, TSimd>(x, high); }
            if (TRows.Count > 11) { TF x = TSimd.Broadcast(pa[11]); l11 = TStep.Start<TF, TD, TSimd>(x, low); h11 = TStep.Start<TF, TD, TSimd>(x, high); }
            for (int term = range.Count - 1; term > 0; term--)
            {
                pa += stepA;
                pb = TWeights.At(pb, stepB);
                low = TWeights.Load<TF, TD, TSimd>(pb, 0);
                high = TWeights.Load<TF, TD, TSimd>(pb, TSimd.Width);
                { TF x = TSimd.Broadcast(pa[0]); l0 = TStep.Take<TF, TD, TSimd>(l0, x, low); h0 = TStep.Take<TF, TD, TSimd>(h0, x, high); }
                if (TRows.Count > 1) { TF x = TSimd.Broadcast(pa[1]); l1 = TStep.Take<TF, TD, TSimd>(l1, x, low); h1 = TStep.Take<TF, TD, TSimd>(h1, x, high); }
                if (TRows.Count > 2) { TF x = TSimd.Broadcast(pa[2]); l2 = TStep.Take<TF, TD, TSimd>(l2, x, low); h2 = TStep.Take<TF, TD, TSimd>(h2, x, high); }
                if (TRows.Count > 3) { TF x = TSimd.Broadcast(pa[3]); l3 = TStep.Take<TF, TD, TSimd>(l3, x, low); h3 = TStep.Take<TF, TD, TSimd>(h3, x, high); }
                if (TRows.Count > 4) { TF x = TSimd.Broadcast(pa[4]); l4 = TStep.Take<TF, TD, TSimd>(l4, x, low); h4 = TStep.Take<TF, TD, TSimd>(h4, x, high); }
                if (TRows.Count > 5) { TF x = TSimd.Broadcast(pa[5]); l5 = TStep.Take<TF, TD, TSimd>(l5, x, low); h5 = TStep.Take<TF, TD, TSimd>(h5, x, high); }
                if (TRows.Count > 6) { TF x = TSimd.Broadcast(pa[6]); l6 = TStep.Take<TF, TD, TSimd>(l6, x, low); h6 = TStep.Take<TF, TD, TSimd>(h6, x, high); }
                if (TRows.Count > 7) { TF x = TSimd.Broadcast(pa[7]); l7 = TStep.Take<TF, TD, TSimd>(l7, x, low); h7 = TStep.Take<TF, TD, TSimd>(h7, x, high); }
                if (TRows.Count > 8) { TF x = TSimd.Broadcast(pa[8]); l8 = TStep.Take<TF, TD, TSimd>(l8, x, low); h8 = TStep.Take<TF, TD, TSimd>(h8, x, high); }
                if (TRows.Count > 9) { TF x = TSimd.Broadcast(pa[9]); l9 = TStep.Take<TF, TD, TSimd>(l9, x, low); h9 = TStep.Take<TF, TD, TSimd>(h9, x, high); }
                if (TRows.Count > 10) { TF x = TSimd.Broadcast(pa[10]); l10 = TStep.Take<TF, TD, TSimd>(l10, x, low); h10 = TStep.Take<TF, TD, TSimd>(h10, x, high); }
                if (TRows.Count > 11) { TF x = TSimd.Broadcast(pa[11]); l11 = TStep.Take<TF, TD, TSimd>(l11, x, low); h11 = TStep.Take<TF, TD, TSimd>(h11, x, high); }
            }

            { Join<TStep>(accumulators + (0 * TSimd.Width), l0); Join<TStep>(accumulators + (1 * TSimd.Width), h0); }
            if (TRows.Count > 1) { Join<TStep>(accumulators + (2 * TSimd.Width), l1); Join<TStep>(accumulators + (3 * TSimd.Width), h1); }
            if (TRows.Count > 2) { Join<TStep>(accumulators + (4 * TSimd.Width), l2); Join<TStep>(accumulators + (5 * TSimd.Width), h2); }
            if (TRows.Count > 3) { Join<TStep>(accumulators + (6 * TSimd.Width), l3); Join<TStep>(accumulators + (7 * TSimd.Width), h3); }
            if (TRows.Count > 4) { Join<TStep>(accumulators + (8 * TSimd.Width), l4); Join<TStep>(accumulators + (9 * TSimd.Width), h4); }
            if (TRows.Count > 5) { Join<TStep>(accumulators + (10 * TSimd.Width), l5); Join<TStep>(accumulators + (11 * TSimd.Width), h5); }
            if (TRows.Count > 6) { Join<TStep>(accumulators + (12 * TSimd.Width), l6); Join<TStep>(accumulators + (13 * TSimd.Width), h6); }
            if (TRows.Count > 7) { Join<TStep>(accumulators + (14 * TSimd.Width), l7); Join<TStep>(accumulators + (15 * TSimd.Width), h7); }
            if (TRows.Count > 8) { Join<TStep>(accumulators + (16 * TSimd.Width), l8); Join<TStep>(accumulators + (17 * TSimd.Width), h8); }
            if (TRows.Count > 9) { Join<TStep>(accumulators + (18 * TSimd.Width), l9); Join<TStep>(accumulators + (19 * TSimd.Width), h9); }
            if (TRows.Count > 10) { Join<TStep>(accumulators + (20 * TSimd.Width), l10); Join<TStep>(accumulators + (21 * TSimd.Width), h10); }
            if (TRows.Count > 11) { Join<TStep>(accumulators + (22 * TSimd.Width), l11); Join<TStep>(accumulators + (23 * TSimd.Width), h11); }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Join<TStep>(float* accumulator, TF value)
        where TStep : struct, IStep => TSimd.Store(TStep.Join<TF, TD, TSimd>(TSimd.Load(accumulator), value), accumulator);
}
