using System.Runtime.CompilerServices;

namespace PlanForensics.Kernels.Simd;

/// <summary>Runs term ranges in binary64 accumulators, one row by one pair of registers at a time.</summary>
internal static unsafe class WideKernel<TF, TD, TSimd>
    where TF : struct
    where TD : struct
    where TSimd : struct, ISimd<TF, TD>
{
    public static void Run<TStep>(in Tile tile, TermRange* ranges, int count, ChainStart start, double* accumulators)
        where TStep : struct, IWideStep
    {
        int pairs = tile.Kind == TileKind.Stream ? 4 : 1;
        if (tile.Kind == TileKind.Lanes)
        {
            Lanes<TStep>(tile, ranges, count, start, accumulators);
            return;
        }

        for (int row = 0; row < tile.Rows; row++)
        {
            for (int pair = 0; pair < pairs; pair++)
            {
                Pair<TStep>(tile.A + row, tile.Rows, tile.B + (pair * tile.PairStride), tile.BStride, ranges, count, start, accumulators);
                accumulators += 2 * TSimd.Width;
            }
        }
    }

    /// <summary>-0.0 is the neutral element of addition: -0.0 + x has the bits of x.</summary>
    private static TD Initial(ChainStart start, double* stored) =>
        start == ChainStart.Stored ? TSimd.LoadDouble(stored) : TSimd.BroadcastDouble(start == ChainStart.Zero ? 0.0 : -0.0);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pair<TStep>(float* a, nint aStride, float* b, nint bStride, TermRange* ranges, int count, ChainStart start, double* accumulators)
        where TStep : struct, IWideStep
    {
        int half = TSimd.Width / 2;
        TD s0 = Initial(start, accumulators);
        TD s1 = Initial(start, accumulators + half);
        TD s2 = Initial(start, accumulators + (2 * half));
        TD s3 = Initial(start, accumulators + (3 * half));
        for (int index = 0; index < count; index++)
        {
            TermRange range = ranges[index];
            float* pa = a + (range.Start * aStride);
            float* pb = b + (range.Start * bStride);
            for (int term = range.Count; term > 0; term--)
            {
                TF x = TSimd.Broadcast(*pa);
                TF low = TSimd.Load(pb);
                TF high = TSimd.Load(pb + TSimd.Width);
                s0 = TStep.Lower<TF, TD, TSimd>(s0, x, low);
                s1 = TStep.Upper<TF, TD, TSimd>(s1, x, low);
                s2 = TStep.Lower<TF, TD, TSimd>(s2, x, high);
                s3 = TStep.Upper<TF, TD, TSimd>(s3, x, high);
                pa += range.Stride * aStride;
                pb += range.Stride * bStride;
            }
        }

        TSimd.StoreDouble(s0, accumulators);
        TSimd.StoreDouble(s1, accumulators + half);
        TSimd.StoreDouble(s2, accumulators + (2 * half));
        TSimd.StoreDouble(s3, accumulators + (3 * half));
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
