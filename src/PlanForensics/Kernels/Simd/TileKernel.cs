using System.Runtime.CompilerServices;

namespace PlanForensics.Kernels.Simd;

/// <summary>
/// Runs term ranges on a tile of up to 12 rows by two registers of columns, all accumulators in registers. Each element takes its terms in the program's order;
/// independent elements hide the latency of its chain.
/// </summary>
internal static unsafe class TileKernel<TF, TD, TSimd>
    where TF : struct
    where TD : struct
    where TSimd : struct, ISimd<TF, TD>
{
    public static void Run<TStep, TWeights>(in Tile tile, TermRange* ranges, int count, ChainStart start, float* accumulators)
        where TStep : struct, IStep
        where TWeights : struct, IWeightStorage
    {
        switch (tile.Rows)
        {
            case 1: Rows<RowCounts.R1, TStep, TWeights>(tile, ranges, count, start, accumulators); break;
            case 2: Rows<RowCounts.R2, TStep, TWeights>(tile, ranges, count, start, accumulators); break;
            case 3: Rows<RowCounts.R3, TStep, TWeights>(tile, ranges, count, start, accumulators); break;
            case 4: Rows<RowCounts.R4, TStep, TWeights>(tile, ranges, count, start, accumulators); break;
            case 5: Rows<RowCounts.R5, TStep, TWeights>(tile, ranges, count, start, accumulators); break;
            case 6: Rows<RowCounts.R6, TStep, TWeights>(tile, ranges, count, start, accumulators); break;
            case 7: Rows<RowCounts.R7, TStep, TWeights>(tile, ranges, count, start, accumulators); break;
            case 8: Rows<RowCounts.R8, TStep, TWeights>(tile, ranges, count, start, accumulators); break;
            case 9: Rows<RowCounts.R9, TStep, TWeights>(tile, ranges, count, start, accumulators); break;
            case 10: Rows<RowCounts.R10, TStep, TWeights>(tile, ranges, count, start, accumulators); break;
            case 11: Rows<RowCounts.R11, TStep, TWeights>(tile, ranges, count, start, accumulators); break;
            case 12: Rows<RowCounts.R12, TStep, TWeights>(tile, ranges, count, start, accumulators); break;
            default: throw new ArgumentOutOfRangeException(nameof(tile), tile.Rows, "a tile has 1 to 12 rows");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows<TRows, TStep, TWeights>(in Tile tile, TermRange* ranges, int count, ChainStart start, float* accumulators)
        where TRows : struct, IRowCount
        where TStep : struct, IStep
        where TWeights : struct, IWeightStorage
    {
        float* a = tile.A;
        float* b = tile.B;
        nint stride = tile.BStride;
        TF l0 = default, h0 = default, l1 = default, h1 = default, l2 = default, h2 = default, l3 = default, h3 = default, l4 = default, h4 = default, l5 = default, h5 = default;
        TF l6 = default, h6 = default, l7 = default, h7 = default, l8 = default, h8 = default, l9 = default, h9 = default, l10 = default, h10 = default, l11 = default, h11 = default;
        TermRange range = ranges[0];
        if (start == ChainStart.FirstTerm)
        {
            float* pa = a + ((nint)range.Start * TRows.Count);
            float* pb = TWeights.At(b, range.Start * stride);
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
            range = new TermRange(range.Start + range.Stride, range.Stride, range.Count - 1);
        }
        else if (start == ChainStart.Stored)
        {
            { l0 = TSimd.Load(accumulators + (0 * TSimd.Width)); h0 = TSimd.Load(accumulators + (1 * TSimd.Width)); }
            if (TRows.Count > 1) { l1 = TSimd.Load(accumulators + (2 * TSimd.Width)); h1 = TSimd.Load(accumulators + (3 * TSimd.Width)); }
            if (TRows.Count > 2) { l2 = TSimd.Load(accumulators + (4 * TSimd.Width)); h2 = TSimd.Load(accumulators + (5 * TSimd.Width)); }
            if (TRows.Count > 3) { l3 = TSimd.Load(accumulators + (6 * TSimd.Width)); h3 = TSimd.Load(accumulators + (7 * TSimd.Width)); }
            if (TRows.Count > 4) { l4 = TSimd.Load(accumulators + (8 * TSimd.Width)); h4 = TSimd.Load(accumulators + (9 * TSimd.Width)); }
            if (TRows.Count > 5) { l5 = TSimd.Load(accumulators + (10 * TSimd.Width)); h5 = TSimd.Load(accumulators + (11 * TSimd.Width)); }
            if (TRows.Count > 6) { l6 = TSimd.Load(accumulators + (12 * TSimd.Width)); h6 = TSimd.Load(accumulators + (13 * TSimd.Width)); }
            if (TRows.Count > 7) { l7 = TSimd.Load(accumulators + (14 * TSimd.Width)); h7 = TSimd.Load(accumulators + (15 * TSimd.Width)); }
            if (TRows.Count > 8) { l8 = TSimd.Load(accumulators + (16 * TSimd.Width)); h8 = TSimd.Load(accumulators + (17 * TSimd.Width)); }
            if (TRows.Count > 9) { l9 = TSimd.Load(accumulators + (18 * TSimd.Width)); h9 = TSimd.Load(accumulators + (19 * TSimd.Width)); }
            if (TRows.Count > 10) { l10 = TSimd.Load(accumulators + (20 * TSimd.Width)); h10 = TSimd.Load(accumulators + (21 * TSimd.Width)); }
            if (TRows.Count > 11) { l11 = TSimd.Load(accumulators + (22 * TSimd.Width)); h11 = TSimd.Load(accumulators + (23 * TSimd.Width)); }
        }

        for (int index = 0; ;)
        {
            float* pa = a + ((nint)range.Start * TRows.Count);
            float* pb = TWeights.At(b, range.Start * stride);
            nint stepA = (nint)range.Stride * TRows.Count;
            nint stepB = range.Stride * stride;
            for (int term = range.Count; term > 0; term--)
            {
                TF low = TWeights.Load<TF, TD, TSimd>(pb, 0), high = TWeights.Load<TF, TD, TSimd>(pb, TSimd.Width);
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
                pa += stepA;
                pb = TWeights.At(pb, stepB);
            }

            if (++index == count)
                break;
            range = ranges[index];
        }

        { TSimd.Store(l0, accumulators + (0 * TSimd.Width)); TSimd.Store(h0, accumulators + (1 * TSimd.Width)); }
        if (TRows.Count > 1) { TSimd.Store(l1, accumulators + (2 * TSimd.Width)); TSimd.Store(h1, accumulators + (3 * TSimd.Width)); }
        if (TRows.Count > 2) { TSimd.Store(l2, accumulators + (4 * TSimd.Width)); TSimd.Store(h2, accumulators + (5 * TSimd.Width)); }
        if (TRows.Count > 3) { TSimd.Store(l3, accumulators + (6 * TSimd.Width)); TSimd.Store(h3, accumulators + (7 * TSimd.Width)); }
        if (TRows.Count > 4) { TSimd.Store(l4, accumulators + (8 * TSimd.Width)); TSimd.Store(h4, accumulators + (9 * TSimd.Width)); }
        if (TRows.Count > 5) { TSimd.Store(l5, accumulators + (10 * TSimd.Width)); TSimd.Store(h5, accumulators + (11 * TSimd.Width)); }
        if (TRows.Count > 6) { TSimd.Store(l6, accumulators + (12 * TSimd.Width)); TSimd.Store(h6, accumulators + (13 * TSimd.Width)); }
        if (TRows.Count > 7) { TSimd.Store(l7, accumulators + (14 * TSimd.Width)); TSimd.Store(h7, accumulators + (15 * TSimd.Width)); }
        if (TRows.Count > 8) { TSimd.Store(l8, accumulators + (16 * TSimd.Width)); TSimd.Store(h8, accumulators + (17 * TSimd.Width)); }
        if (TRows.Count > 9) { TSimd.Store(l9, accumulators + (18 * TSimd.Width)); TSimd.Store(h9, accumulators + (19 * TSimd.Width)); }
        if (TRows.Count > 10) { TSimd.Store(l10, accumulators + (20 * TSimd.Width)); TSimd.Store(h10, accumulators + (21 * TSimd.Width)); }
        if (TRows.Count > 11) { TSimd.Store(l11, accumulators + (22 * TSimd.Width)); TSimd.Store(h11, accumulators + (23 * TSimd.Width)); }
    }
}
