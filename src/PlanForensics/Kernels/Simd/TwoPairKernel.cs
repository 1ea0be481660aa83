using System.Runtime.CompilerServices;

namespace PlanForensics.Kernels.Simd;

/// <summary>Runs term ranges on a few rows by two pairs of registers of columns: as many chains as a tile of twice the rows, and twice as much of each line of B.</summary>
internal static unsafe class TwoPairKernel<TF, TD, TSimd>
    where TF : struct
    where TD : struct
    where TSimd : struct, ISimd<TF, TD>
{
    /// <summary>Rows that leave registers for four operands.</summary>
    public static int MostRows => TSimd.MostRows > 6 ? 6 : 2;

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
            default: throw new ArgumentOutOfRangeException(nameof(tile), tile.Rows, "a tile of two pairs has 1 to 6 rows");
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
        nint pair = tile.PairStride;
        TF s00 = default, s01 = default, s02 = default, s03 = default;
        TF s10 = default, s11 = default, s12 = default, s13 = default;
        TF s20 = default, s21 = default, s22 = default, s23 = default;
        TF s30 = default, s31 = default, s32 = default, s33 = default;
        TF s40 = default, s41 = default, s42 = default, s43 = default;
        TF s50 = default, s51 = default, s52 = default, s53 = default;
        TermRange range = ranges[0];
        if (start == ChainStart.FirstTerm)
        {
            float* pa = a + ((nint)range.Start * TRows.Count);
            float* pb = TWeights.At(b, range.Start * stride);
            TF b0 = TWeights.Load<TF, TD, TSimd>(pb, 0), b1 = TWeights.Load<TF, TD, TSimd>(pb, TSimd.Width), b2 = TWeights.Load<TF, TD, TSimd>(pb, pair), b3 = TWeights.Load<TF, TD, TSimd>(pb, pair + TSimd.Width);
            {
                TF x = TSimd.Broadcast(pa[0]);
                s00 = TStep.Start<TF, TD, TSimd>(x, b0);
                s01 = TStep.Start<TF, TD, TSimd>(x, b1);
                s02 = TStep.Start<TF, TD, TSimd>(x, b2);
                s03 = TStep.Start<TF, TD, TSimd>(x, b3);
            }

            if (TRows.Count > 1)
            {
                TF x = TSimd.Broadcast(pa[1]);
                s10 = TStep.Start<TF, TD, TSimd>(x, b0);
                s11 = TStep.Start<TF, TD, TSimd>(x, b1);
                s12 = TStep.Start<TF, TD, TSimd>(x, b2);
                s13 = TStep.Start<TF, TD, TSimd>(x, b3);
            }

            if (TRows.Count > 2)
            {
                TF x = TSimd.Broadcast(pa[2]);
                s20 = TStep.Start<TF, TD, TSimd>(x, b0);
                s21 = TStep.Start<TF, TD, TSimd>(x, b1);
                s22 = TStep.Start<TF, TD, TSimd>(x, b2);
                s23 = TStep.Start<TF, TD, TSimd>(x, b3);
            }

            if (TRows.Count > 3)
            {
                TF x = TSimd.Broadcast(pa[3]);
                s30 = TStep.Start<TF, TD, TSimd>(x, b0);
                s31 = TStep.Start<TF, TD, TSimd>(x, b1);
                s32 = TStep.Start<TF, TD, TSimd>(x, b2);
                s33 = TStep.Start<TF, TD, TSimd>(x, b3);
            }

            if (TRows.Count > 4)
            {
                TF x = TSimd.Broadcast(pa[4]);
                s40 = TStep.Start<TF, TD, TSimd>(x, b0);
                s41 = TStep.Start<TF, TD, TSimd>(x, b1);
                s42 = TStep.Start<TF, TD, TSimd>(x, b2);
                s43 = TStep.Start<TF, TD, TSimd>(x, b3);
            }

            if (TRows.Count > 5)
            {
                TF x = TSimd.Broadcast(pa[5]);
                s50 = TStep.Start<TF, TD, TSimd>(x, b0);
                s51 = TStep.Start<TF, TD, TSimd>(x, b1);
                s52 = TStep.Start<TF, TD, TSimd>(x, b2);
                s53 = TStep.Start<TF, TD, TSimd>(x, b3);
            }

            range = new TermRange(range.Start + range.Stride, range.Stride, range.Count - 1);
        }
        else if (start == ChainStart.Stored)
        {
            {
                s00 = TSimd.Load(accumulators + (0 * TSimd.Width));
                s01 = TSimd.Load(accumulators + (1 * TSimd.Width));
                s02 = TSimd.Load(accumulators + (2 * TSimd.Width));
                s03 = TSimd.Load(accumulators + (3 * TSimd.Width));
            }

            if (TRows.Count > 1)
            {
                s10 = TSimd.Load(accumulators + (4 * TSimd.Width));
                s11 = TSimd.Load(accumulators + (5 * TSimd.Width));
                s12 = TSimd.Load(accumulators + (6 * TSimd.Width));
                s13 = TSimd.Load(accumulators + (7 * TSimd.Width));
            }

            if (TRows.Count > 2)
            {
                s20 = TSimd.Load(accumulators + (8 * TSimd.Width));
                s21 = TSimd.Load(accumulators + (9 * TSimd.Width));
                s22 = TSimd.Load(accumulators + (10 * TSimd.Width));
                s23 = TSimd.Load(accumulators + (11 * TSimd.Width));
            }

            if (TRows.Count > 3)
            {
                s30 = TSimd.Load(accumulators + (12 * TSimd.Width));
                s31 = TSimd.Load(accumulators + (13 * TSimd.Width));
                s32 = TSimd.Load(accumulators + (14 * TSimd.Width));
                s33 = TSimd.Load(accumulators + (15 * TSimd.Width));
            }

            if (TRows.Count > 4)
            {
                s40 = TSimd.Load(accumulators + (16 * TSimd.Width));
                s41 = TSimd.Load(accumulators + (17 * TSimd.Width));
                s42 = TSimd.Load(accumulators + (18 * TSimd.Width));
                s43 = TSimd.Load(accumulators + (19 * TSimd.Width));
            }

            if (TRows.Count > 5)
            {
                s50 = TSimd.Load(accumulators + (20 * TSimd.Width));
                s51 = TSimd.Load(accumulators + (21 * TSimd.Width));
                s52 = TSimd.Load(accumulators + (22 * TSimd.Width));
                s53 = TSimd.Load(accumulators + (23 * TSimd.Width));
            }
        }

        for (int index = 0; ;)
        {
            float* pa = a + ((nint)range.Start * TRows.Count);
            float* pb = TWeights.At(b, range.Start * stride);
            nint stepA = (nint)range.Stride * TRows.Count;
            nint stepB = range.Stride * stride;
            for (int term = range.Count; term > 0; term--)
            {
                TF b0 = TWeights.Load<TF, TD, TSimd>(pb, 0), b1 = TWeights.Load<TF, TD, TSimd>(pb, TSimd.Width), b2 = TWeights.Load<TF, TD, TSimd>(pb, pair), b3 = TWeights.Load<TF, TD, TSimd>(pb, pair + TSimd.Width);
                {
                    TF x = TSimd.Broadcast(pa[0]);
                    s00 = TStep.Take<TF, TD, TSimd>(s00, x, b0);
                    s01 = TStep.Take<TF, TD, TSimd>(s01, x, b1);
                    s02 = TStep.Take<TF, TD, TSimd>(s02, x, b2);
                    s03 = TStep.Take<TF, TD, TSimd>(s03, x, b3);
                }

                if (TRows.Count > 1)
                {
                    TF x = TSimd.Broadcast(pa[1]);
                    s10 = TStep.Take<TF, TD, TSimd>(s10, x, b0);
                    s11 = TStep.Take<TF, TD, TSimd>(s11, x, b1);
                    s12 = TStep.Take<TF, TD, TSimd>(s12, x, b2);
                    s13 = TStep.Take<TF, TD, TSimd>(s13, x, b3);
                }

                if (TRows.Count > 2)
                {
                    TF x = TSimd.Broadcast(pa[2]);
                    s20 = TStep.Take<TF, TD, TSimd>(s20, x, b0);
                    s21 = TStep.Take<TF, TD, TSimd>(s21, x, b1);
                    s22 = TStep.Take<TF, TD, TSimd>(s22, x, b2);
                    s23 = TStep.Take<TF, TD, TSimd>(s23, x, b3);
                }

                if (TRows.Count > 3)
                {
                    TF x = TSimd.Broadcast(pa[3]);
                    s30 = TStep.Take<TF, TD, TSimd>(s30, x, b0);
                    s31 = TStep.Take<TF, TD, TSimd>(s31, x, b1);
                    s32 = TStep.Take<TF, TD, TSimd>(s32, x, b2);
                    s33 = TStep.Take<TF, TD, TSimd>(s33, x, b3);
                }

                if (TRows.Count > 4)
                {
                    TF x = TSimd.Broadcast(pa[4]);
                    s40 = TStep.Take<TF, TD, TSimd>(s40, x, b0);
                    s41 = TStep.Take<TF, TD, TSimd>(s41, x, b1);
                    s42 = TStep.Take<TF, TD, TSimd>(s42, x, b2);
                    s43 = TStep.Take<TF, TD, TSimd>(s43, x, b3);
                }

                if (TRows.Count > 5)
                {
                    TF x = TSimd.Broadcast(pa[5]);
                    s50 = TStep.Take<TF, TD, TSimd>(s50, x, b0);
                    s51 = TStep.Take<TF, TD, TSimd>(s51, x, b1);
                    s52 = TStep.Take<TF, TD, TSimd>(s52, x, b2);
                    s53 = TStep.Take<TF, TD, TSimd>(s53, x, b3);
                }

                pa += stepA;
                pb = TWeights.At(pb, stepB);
            }

            if (++index == count)
                break;
            range = ranges[index];
        }

        {
            TSimd.Store(s00, accumulators + (0 * TSimd.Width));
            TSimd.Store(s01, accumulators + (1 * TSimd.Width));
            TSimd.Store(s02, accumulators + (2 * TSimd.Width));
            TSimd.Store(s03, accumulators + (3 * TSimd.Width));
        }

        if (TRows.Count > 1)
        {
            TSimd.Store(s10, accumulators + (4 * TSimd.Width));
            TSimd.Store(s11, accumulators + (5 * TSimd.Width));
            TSimd.Store(s12, accumulators + (6 * TSimd.Width));
            TSimd.Store(s13, accumulators + (7 * TSimd.Width));
        }

        if (TRows.Count > 2)
        {
            TSimd.Store(s20, accumulators + (8 * TSimd.Width));
            TSimd.Store(s21, accumulators + (9 * TSimd.Width));
            TSimd.Store(s22, accumulators + (10 * TSimd.Width));
            TSimd.Store(s23, accumulators + (11 * TSimd.Width));
        }

        if (TRows.Count > 3)
        {
            TSimd.Store(s30, accumulators + (12 * TSimd.Width));
            TSimd.Store(s31, accumulators + (13 * TSimd.Width));
            TSimd.Store(s32, accumulators + (14 * TSimd.Width));
            TSimd.Store(s33, accumulators + (15 * TSimd.Width));
        }

        if (TRows.Count > 4)
        {
            TSimd.Store(s40, accumulators + (16 * TSimd.Width));
            TSimd.Store(s41, accumulators + (17 * TSimd.Width));
            TSimd.Store(s42, accumulators + (18 * TSimd.Width));
            TSimd.Store(s43, accumulators + (19 * TSimd.Width));
        }

        if (TRows.Count > 5)
        {
            TSimd.Store(s50, accumulators + (20 * TSimd.Width));
            TSimd.Store(s51, accumulators + (21 * TSimd.Width));
            TSimd.Store(s52, accumulators + (22 * TSimd.Width));
            TSimd.Store(s53, accumulators + (23 * TSimd.Width));
        }
    }
}
