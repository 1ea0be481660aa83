using System.Runtime.CompilerServices;

namespace PlanForensics.Kernels.Simd;

/// <summary>Runs term ranges on one register of rows, each multiplied with itself.</summary>
internal static unsafe class LaneKernel<TF, TD, TSimd>
    where TF : struct
    where TD : struct
    where TSimd : struct, ISimd<TF, TD>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TStep>(in Tile tile, TermRange* ranges, int count, ChainStart start, float* accumulators)
        where TStep : struct, IStep
    {
        TF sum = default;
        TermRange range = ranges[0];
        if (start == ChainStart.FirstTerm)
        {
            TF x = TSimd.Load(tile.B + (range.Start * tile.BStride));
            sum = TStep.Start<TF, TD, TSimd>(x, x);
            range = new TermRange(range.Start + range.Stride, range.Stride, range.Count - 1);
        }
        else if (start == ChainStart.Stored)
        {
            sum = TSimd.Load(accumulators);
        }

        for (int index = 0; ;)
        {
            float* source = tile.B + (range.Start * tile.BStride);
            nint step = range.Stride * tile.BStride;
            for (int term = range.Count; term > 0; term--)
            {
                TF x = TSimd.Load(source);
                sum = TStep.Take<TF, TD, TSimd>(sum, x, x);
                source += step;
            }

            if (++index == count)
                break;
            range = ranges[index];
        }

        TSimd.Store(sum, accumulators);
    }

    /// <summary>Each range is a sub-chain: it starts with its first term and is added to the accumulator when finished.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunBlocks<TStep>(in Tile tile, TermRange* ranges, int count, float* accumulators)
        where TStep : struct, IStep
    {
        TF total = TSimd.Load(accumulators);
        for (int index = 0; index < count; index++)
        {
            TermRange range = ranges[index];
            float* source = tile.B + (range.Start * tile.BStride);
            nint step = range.Stride * tile.BStride;
            TF x = TSimd.Load(source);
            TF sum = TStep.Start<TF, TD, TSimd>(x, x);
            for (int term = range.Count - 1; term > 0; term--)
            {
                source += step;
                x = TSimd.Load(source);
                sum = TStep.Take<TF, TD, TSimd>(sum, x, x);
            }

            total = TStep.Join<TF, TD, TSimd>(total, sum);
        }

        TSimd.Store(total, accumulators);
    }
}
