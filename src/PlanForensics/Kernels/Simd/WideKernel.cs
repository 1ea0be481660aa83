using System.Runtime.CompilerServices;

namespace PlanForensics.Kernels.Simd;

/// <summary>Runs term ranges in binary64 accumulators, up to four rows by one pair of registers at a time.</summary>
internal static unsafe class WideKernel<TF, TD, TSimd>
    where TF : struct
    where TD : struct
    where TSimd : struct, ISimd<TF, TD>
{
    private static int MostRows => TSimd.MostRows > 6 ? 4 : 2;

    public static void Run<TStep, TWeights>(in Tile tile, TermRange* ranges, int count, ChainStart start, double* accumulators)
        where TStep : struct, IWideStep
        where TWeights : struct, IWeightStorage
    {
        if (tile.Kind == TileKind.Lanes)
        {
            Lanes<TStep>(tile, ranges, count, start, accumulators);
            return;
        }

        int pairs = tile.Kind == TileKind.Stream ? 4 : 1;
        for (int pair = 0; pair < pairs; pair++)
        {
            for (int row = 0; row < tile.Rows;)
            {
                int rows = Math.Min(MostRows, tile.Rows - row);
                Tile part = tile;
                part.A += row;
                part.B = TWeights.At(part.B, pair * tile.PairStride);
                double* slot = accumulators + ((row + pair) * 2 * TSimd.Width);
                switch (rows)
                {
                    case 4: Rows<RowCounts.R4, TStep, TWeights>(part, ranges, count, start, slot); break;
                    case 3: Rows<RowCounts.R3, TStep, TWeights>(part, ranges, count, start, slot); break;
                    case 2: Rows<RowCounts.R2, TStep, TWeights>(part, ranges, count, start, slot); break;
                    default: Rows<RowCounts.R1, TStep, TWeights>(part, ranges, count, start, slot); break;
                }

                row += rows;
            }
        }
    }

    /// <summary>-0.0 is the neutral element of addition: -0.0 + x has the bits of x.</summary>
    private static TD Initial(ChainStart start, double* stored) =>
        start == ChainStart.Stored ? TSimd.LoadDouble(stored) : TSimd.BroadcastDouble(start == ChainStart.Zero ? 0.0 : -0.0);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows<TRows, TStep, TWeights>(in Tile tile, TermRange* ranges, int count, ChainStart start, double* accumulators)
        where TRows : struct, IRowCount
        where TStep : struct, IWideStep
        where TWeights : struct, IWeightStorage
    {
        nint aStride = tile.Rows;
        nint bStride = tile.BStride;
        int half = TSimd.Width / 2;
        TD s00 = Initial(start, accumulators + (0 * half)), s01 = Initial(start, accumulators + (1 * half)), s02 = Initial(start, accumulators + (2 * half)), s03 = Initial(start, accumulators + (3 * half));
        TD s10 = default, s11 = default, s12 = default, s13 = default;
        TD s20 = default, s21 = default, s22 = default, s23 = default;
        TD s30 = default, s31 = default, s32 = default, s33 = default;
        if (TRows.Count > 1)
        {
            s10 = Initial(start, accumulators + (4 * half));
            s11 = Initial(start, accumulators + (5 * half));
            s12 = Initial(start, accumulators + (6 * half));
            s13 = Initial(start, accumulators + (7 * half));
        }

        if (TRows.Count > 2)
        {
            s20 = Initial(start, accumulators + (8 * half));
            s21 = Initial(start, accumulators + (9 * half));
            s22 = Initial(start, accumulators + (10 * half));
            s23 = Initial(start, accumulators + (11 * half));
        }

        if (TRows.Count > 3)
        {
            s30 = Initial(start, accumulators + (12 * half));
            s31 = Initial(start, accumulators + (13 * half));
            s32 = Initial(start, accumulators + (14 * half));
            s33 = Initial(start, accumulators + (15 * half));
        }

        for (int index = 0; index < count; index++)
        {
            TermRange range = ranges[index];
            float* pa = tile.A + (range.Start * aStride);
            float* pb = TWeights.At(tile.B, range.Start * bStride);
            nint stepA = range.Stride * aStride;
            nint stepB = range.Stride * bStride;
            for (int term = range.Count; term > 0; term--)
            {
                TF low = TWeights.Load<TF, TD, TSimd>(pb, 0), high = TWeights.Load<TF, TD, TSimd>(pb, TSimd.Width);
                {
                    TF x = TSimd.Broadcast(pa[0]);
                    s00 = TStep.Lower<TF, TD, TSimd>(s00, x, low);
                    s01 = TStep.Upper<TF, TD, TSimd>(s01, x, low);
                    s02 = TStep.Lower<TF, TD, TSimd>(s02, x, high);
                    s03 = TStep.Upper<TF, TD, TSimd>(s03, x, high);
                }

                if (TRows.Count > 1)
                {
                    TF x = TSimd.Broadcast(pa[1]);
                    s10 = TStep.Lower<TF, TD, TSimd>(s10, x, low);
                    s11 = TStep.Upper<TF, TD, TSimd>(s11, x, low);
                    s12 = TStep.Lower<TF, TD, TSimd>(s12, x, high);
                    s13 = TStep.Upper<TF, TD, TSimd>(s13, x, high);
                }

                if (TRows.Count > 2)
                {
                    TF x = TSimd.Broadcast(pa[2]);
                    s20 = TStep.Lower<TF, TD, TSimd>(s20, x, low);
                    s21 = TStep.Upper<TF, TD, TSimd>(s21, x, low);
                    s22 = TStep.Lower<TF, TD, TSimd>(s22, x, high);
                    s23 = TStep.Upper<TF, TD, TSimd>(s23, x, high);
                }

                if (TRows.Count > 3)
                {
                    TF x = TSimd.Broadcast(pa[3]);
                    s30 = TStep.Lower<TF, TD, TSimd>(s30, x, low);
                    s31 = TStep.Upper<TF, TD, TSimd>(s31, x, low);
                    s32 = TStep.Lower<TF, TD, TSimd>(s32, x, high);
                    s33 = TStep.Upper<TF, TD, TSimd>(s33, x, high);
                }

                pa += stepA;
                pb = TWeights.At(pb, stepB);
            }
        }

        {
            TSimd.StoreDouble(s00, accumulators + (0 * half));
            TSimd.StoreDouble(s01, accumulators + (1 * half));
            TSimd.StoreDouble(s02, accumulators + (2 * half));
            TSimd.StoreDouble(s03, accumulators + (3 * half));
        }

        if (TRows.Count > 1)
        {
            TSimd.StoreDouble(s10, accumulators + (4 * half));
            TSimd.StoreDouble(s11, accumulators + (5 * half));
            TSimd.StoreDouble(s12, accumulators + (6 * half));
            TSimd.StoreDouble(s13, accumulators + (7 * half));
        }

        if (TRows.Count > 2)
        {
            TSimd.StoreDouble(s20, accumulators + (8 * half));
            TSimd.StoreDouble(s21, accumulators + (9 * half));
            TSimd.StoreDouble(s22, accumulators + (10 * half));
            TSimd.StoreDouble(s23, accumulators + (11 * half));
        }

        if (TRows.Count > 3)
        {
            TSimd.StoreDouble(s30, accumulators + (12 * half));
            TSimd.StoreDouble(s31, accumulators + (13 * half));
            TSimd.StoreDouble(s32, accumulators + (14 * half));
            TSimd.StoreDouble(s33, accumulators + (15 * half));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Lanes<TStep>(in Tile tile, TermRange* ranges, int count, ChainStart start, double* accumulators)
        where TStep : struct, IWideStep
    {
        int half = TSimd.Width / 2;
        TD lower = Initial(start, accumulators);
        TD upper = Initial(start, accumulators + half);
        for (int index = 0; index < count; index++)
        {
            TermRange range = ranges[index];
            float* source = tile.B + (range.Start * tile.BStride);
            for (int term = range.Count; term > 0; term--)
            {
                TF x = TSimd.Load(source);
                lower = TStep.Lower<TF, TD, TSimd>(lower, x, x);
                upper = TStep.Upper<TF, TD, TSimd>(upper, x, x);
                source += range.Stride * tile.BStride;
            }
        }

        TSimd.StoreDouble(lower, accumulators);
        TSimd.StoreDouble(upper, accumulators + half);
    }
}
