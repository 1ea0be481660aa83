using System.Runtime.CompilerServices;

namespace PlanForensics.Kernels.Simd;

/// <summary>Runs term ranges on one row by four pairs of registers of columns. Four streams of weights keep the memory busy, eight chains hide each other's latency.</summary>
internal static unsafe class StreamKernel<TF, TD, TSimd>
    where TF : struct
    where TD : struct
    where TSimd : struct, ISimd<TF, TD>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TStep>(in Tile tile, TermRange* ranges, int count, ChainStart start, float* accumulators)
        where TStep : struct, IStep
    {
        float* a = tile.A;
        float* b0 = tile.B, b1 = b0 + tile.PairStride, b2 = b1 + tile.PairStride, b3 = b2 + tile.PairStride;
        nint stride = tile.BStride;
        TF l0 = default, h0 = default, l1 = default, h1 = default, l2 = default, h2 = default, l3 = default, h3 = default;
        TermRange range = ranges[0];
        if (start == ChainStart.FirstTerm)
        {
            TF x = TSimd.Broadcast(a[range.Start]);
            nint offset = range.Start * stride;
            l0 = TStep.Start<TF, TD, TSimd>(x, TSimd.Load(b0 + offset));
            h0 = TStep.Start<TF, TD, TSimd>(x, TSimd.Load(b0 + offset + TSimd.Width));
            l1 = TStep.Start<TF, TD, TSimd>(x, TSimd.Load(b1 + offset));
            h1 = TStep.Start<TF, TD, TSimd>(x, TSimd.Load(b1 + offset + TSimd.Width));
            l2 = TStep.Start<TF, TD, TSimd>(x, TSimd.Load(b2 + offset));
            h2 = TStep.Start<TF, TD, TSimd>(x, TSimd.Load(b2 + offset + TSimd.Width));
            l3 = TStep.Start<TF, TD, TSimd>(x, TSimd.Load(b3 + offset));
            h3 = TStep.Start<TF, TD, TSimd>(x, TSimd.Load(b3 + offset + TSimd.Width));
            range = new TermRange(range.Start + range.Stride, range.Stride, range.Count - 1);
        }
        else if (start == ChainStart.Stored)
        {
            l0 = TSimd.Load(accumulators + (0 * TSimd.Width));
            h0 = TSimd.Load(accumulators + (1 * TSimd.Width));
            l1 = TSimd.Load(accumulators + (2 * TSimd.Width));
            h1 = TSimd.Load(accumulators + (3 * TSimd.Width));
            l2 = TSimd.Load(accumulators + (4 * TSimd.Width));
            h2 = TSimd.Load(accumulators + (5 * TSimd.Width));
            l3 = TSimd.Load(accumulators + (6 * TSimd.Width));
            h3 = TSimd.Load(accumulators + (7 * TSimd.Width));
        }

        for (int index = 0; ;)
        {
            float* pa = a + range.Start;
            nint offset = range.Start * stride;
            nint step = range.Stride * stride;
            for (int term = range.Count; term > 0; term--)
            {
                TF x = TSimd.Broadcast(*pa);
                l0 = TStep.Take<TF, TD, TSimd>(l0, x, TSimd.Load(b0 + offset));
                h0 = TStep.Take<TF, TD, TSimd>(h0, x, TSimd.Load(b0 + offset + TSimd.Width));
                l1 = TStep.Take<TF, TD, TSimd>(l1, x, TSimd.Load(b1 + offset));
                h1 = TStep.Take<TF, TD, TSimd>(h1, x, TSimd.Load(b1 + offset + TSimd.Width));
                l2 = TStep.Take<TF, TD, TSimd>(l2, x, TSimd.Load(b2 + offset));
                h2 = TStep.Take<TF, TD, TSimd>(h2, x, TSimd.Load(b2 + offset + TSimd.Width));
                l3 = TStep.Take<TF, TD, TSimd>(l3, x, TSimd.Load(b3 + offset));
                h3 = TStep.Take<TF, TD, TSimd>(h3, x, TSimd.Load(b3 + offset + TSimd.Width));
                pa += range.Stride;
                offset += step;
            }

            if (++index == count)
                break;
            range = ranges[index];
        }

        TSimd.Store(l0, accumulators + (0 * TSimd.Width));
        TSimd.Store(h0, accumulators + (1 * TSimd.Width));
        TSimd.Store(l1, accumulators + (2 * TSimd.Width));
        TSimd.Store(h1, accumulators + (3 * TSimd.Width));
        TSimd.Store(l2, accumulators + (4 * TSimd.Width));
        TSimd.Store(h2, accumulators + (5 * TSimd.Width));
        TSimd.Store(l3, accumulators + (6 * TSimd.Width));
        TSimd.Store(h3, accumulators + (7 * TSimd.Width));
    }
}
