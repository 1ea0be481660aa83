using System.Runtime.CompilerServices;

namespace PlanForensics.Kernels.Simd;

/// <summary>Runs term ranges on one row by four pairs of registers of columns. Four streams of weights keep the memory busy, eight chains hide each other's latency.</summary>
internal static unsafe class StreamKernel<TF, TD, TSimd>
    where TF : struct
    where TD : struct
    where TSimd : struct, ISimd<TF, TD>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TStep, TWeights>(in Tile tile, TermRange* ranges, int count, ChainStart start, float* accumulators)
        where TStep : struct, IStep
        where TWeights : struct, IWeightStorage
    {
        float* a = tile.A;
        float* b0 = tile.B, b1 = TWeights.At(b0, tile.PairStride), b2 = TWeights.At(b1, tile.PairStride), b3 = TWeights.At(b2, tile.PairStride);
        nint stride = tile.BStride;
        TF l0 = default, h0 = default, l1 = default, h1 = default, l2 = default, h2 = default, l3 = default, h3 = default;
        TermRange range = ranges[0];
        if (start == ChainStart.FirstTerm)
        {
            TF x = TSimd.Broadcast(a[range.Start]);
            nint offset = range.Start * stride;
            l0 = TStep.Start<TF, TD, TSimd>(x, TWeights.Load<TF, TD, TSimd>(b0, offset));
            h0 = TStep.Start<TF, TD, TSimd>(x, TWeights.Load<TF, TD, TSimd>(b0, offset + TSimd.Width));
            l1 = TStep.Start<TF, TD, TSimd>(x, TWeights.Load<TF, TD, TSimd>(b1, offset));
            h1 = TStep.Start<TF, TD, TSimd>(x, TWeights.Load<TF, TD, TSimd>(b1, offset + TSimd.Width));
            l2 = TStep.Start<TF, TD, TSimd>(x, TWeights.Load<TF, TD, TSimd>(b2, offset));
            h2 = TStep.Start<TF, TD, TSimd>(x, TWeights.Load<TF, TD, TSimd>(b2, offset + TSimd.Width));
            l3 = TStep.Start<TF, TD, TSimd>(x, TWeights.Load<TF, TD, TSimd>(b3, offset));
            h3 = TStep.Start<TF, TD, TSimd>(x, TWeights.Load<TF, TD, TSimd>(b3, offset + TSimd.Width));
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
                l0 = TStep.Take<TF, TD, TSimd>(l0, x, TWeights.Load<TF, TD, TSimd>(b0, offset));
                h0 = TStep.Take<TF, TD, TSimd>(h0, x, TWeights.Load<TF, TD, TSimd>(b0, offset + TSimd.Width));
                l1 = TStep.Take<TF, TD, TSimd>(l1, x, TWeights.Load<TF, TD, TSimd>(b1, offset));
                h1 = TStep.Take<TF, TD, TSimd>(h1, x, TWeights.Load<TF, TD, TSimd>(b1, offset + TSimd.Width));
                l2 = TStep.Take<TF, TD, TSimd>(l2, x, TWeights.Load<TF, TD, TSimd>(b2, offset));
                h2 = TStep.Take<TF, TD, TSimd>(h2, x, TWeights.Load<TF, TD, TSimd>(b2, offset + TSimd.Width));
                l3 = TStep.Take<TF, TD, TSimd>(l3, x, TWeights.Load<TF, TD, TSimd>(b3, offset));
                h3 = TStep.Take<TF, TD, TSimd>(h3, x, TWeights.Load<TF, TD, TSimd>(b3, offset + TSimd.Width));
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

    /// <summary>Each range is a sub-chain: it starts with its first term and is added to the accumulator when finished.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunBlocks<TStep, TWeights>(in Tile tile, TermRange* ranges, int count, float* accumulators)
        where TStep : struct, IStep
        where TWeights : struct, IWeightStorage
    {
        float* b0 = tile.B, b1 = TWeights.At(b0, tile.PairStride), b2 = TWeights.At(b1, tile.PairStride), b3 = TWeights.At(b2, tile.PairStride);
        nint stride = tile.BStride;
        TF sl0 = TSimd.Load(accumulators + (0 * TSimd.Width)), sh0 = TSimd.Load(accumulators + (1 * TSimd.Width));
        TF sl1 = TSimd.Load(accumulators + (2 * TSimd.Width)), sh1 = TSimd.Load(accumulators + (3 * TSimd.Width));
        TF sl2 = TSimd.Load(accumulators + (4 * TSimd.Width)), sh2 = TSimd.Load(accumulators + (5 * TSimd.Width));
        TF sl3 = TSimd.Load(accumulators + (6 * TSimd.Width)), sh3 = TSimd.Load(accumulators + (7 * TSimd.Width));
        for (int index = 0; index < count; index++)
        {
            TermRange range = ranges[index];
            float* pa = tile.A + range.Start;
            nint offset = range.Start * stride;
            nint step = range.Stride * stride;
            TF x = TSimd.Broadcast(*pa);
            TF l0 = TStep.Start<TF, TD, TSimd>(x, TWeights.Load<TF, TD, TSimd>(b0, offset));
            TF h0 = TStep.Start<TF, TD, TSimd>(x, TWeights.Load<TF, TD, TSimd>(b0, offset + TSimd.Width));
            TF l1 = TStep.Start<TF, TD, TSimd>(x, TWeights.Load<TF, TD, TSimd>(b1, offset));
            TF h1 = TStep.Start<TF, TD, TSimd>(x, TWeights.Load<TF, TD, TSimd>(b1, offset + TSimd.Width));
            TF l2 = TStep.Start<TF, TD, TSimd>(x, TWeights.Load<TF, TD, TSimd>(b2, offset));
            TF h2 = TStep.Start<TF, TD, TSimd>(x, TWeights.Load<TF, TD, TSimd>(b2, offset + TSimd.Width));
            TF l3 = TStep.Start<TF, TD, TSimd>(x, TWeights.Load<TF, TD, TSimd>(b3, offset));
            TF h3 = TStep.Start<TF, TD, TSimd>(x, TWeights.Load<TF, TD, TSimd>(b3, offset + TSimd.Width));
            for (int term = range.Count - 1; term > 0; term--)
            {
                pa += range.Stride;
                offset += step;
                x = TSimd.Broadcast(*pa);
                l0 = TStep.Take<TF, TD, TSimd>(l0, x, TWeights.Load<TF, TD, TSimd>(b0, offset));
                h0 = TStep.Take<TF, TD, TSimd>(h0, x, TWeights.Load<TF, TD, TSimd>(b0, offset + TSimd.Width));
                l1 = TStep.Take<TF, TD, TSimd>(l1, x, TWeights.Load<TF, TD, TSimd>(b1, offset));
                h1 = TStep.Take<TF, TD, TSimd>(h1, x, TWeights.Load<TF, TD, TSimd>(b1, offset + TSimd.Width));
                l2 = TStep.Take<TF, TD, TSimd>(l2, x, TWeights.Load<TF, TD, TSimd>(b2, offset));
                h2 = TStep.Take<TF, TD, TSimd>(h2, x, TWeights.Load<TF, TD, TSimd>(b2, offset + TSimd.Width));
                l3 = TStep.Take<TF, TD, TSimd>(l3, x, TWeights.Load<TF, TD, TSimd>(b3, offset));
                h3 = TStep.Take<TF, TD, TSimd>(h3, x, TWeights.Load<TF, TD, TSimd>(b3, offset + TSimd.Width));
            }

            sl0 = TStep.Join<TF, TD, TSimd>(sl0, l0);
            sh0 = TStep.Join<TF, TD, TSimd>(sh0, h0);
            sl1 = TStep.Join<TF, TD, TSimd>(sl1, l1);
            sh1 = TStep.Join<TF, TD, TSimd>(sh1, h1);
            sl2 = TStep.Join<TF, TD, TSimd>(sl2, l2);
            sh2 = TStep.Join<TF, TD, TSimd>(sh2, h2);
            sl3 = TStep.Join<TF, TD, TSimd>(sl3, l3);
            sh3 = TStep.Join<TF, TD, TSimd>(sh3, h3);
        }

        TSimd.Store(sl0, accumulators + (0 * TSimd.Width));
        TSimd.Store(sh0, accumulators + (1 * TSimd.Width));
        TSimd.Store(sl1, accumulators + (2 * TSimd.Width));
        TSimd.Store(sh1, accumulators + (3 * TSimd.Width));
        TSimd.Store(sl2, accumulators + (4 * TSimd.Width));
        TSimd.Store(sh2, accumulators + (5 * TSimd.Width));
        TSimd.Store(sl3, accumulators + (6 * TSimd.Width));
        TSimd.Store(sh3, accumulators + (7 * TSimd.Width));
    }
}
