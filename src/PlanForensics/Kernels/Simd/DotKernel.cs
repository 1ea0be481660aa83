using System.Numerics;
using System.Runtime.CompilerServices;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Simd;

/// <summary>
/// Blocks of a matrix unit, lanes are outputs. Every product of two operands of 11 significant bits is exact in binary32, a multiplication by a power of two moves it to its
/// alignment, and the conversion to an integer truncates it; sums are of 32-bit integers.
/// </summary>
/// <remarks>
/// That is the step exactly while the largest exponent lies between -100 and 100, F is at most 25, a zero term counts with less, everything is finite and no sum of integers overflows. Lanes that leave these
/// bounds are computed again by <see cref="DotStep"/>.
/// </remarks>
internal static unsafe class DotKernel<TF, TD, TSimd>
    where TF : struct
    where TD : struct
    where TSimd : struct, ISimd<TF, TD>
{
    /// <summary>Products whose sum cannot overflow.</summary>
    private const int ChunkLength = 8;

    private const int SmallestPower = (127 - 100) << 23;
    private const int LargestPower = (127 + 100) << 23;

    /// <summary>Takes ranges of terms into the accumulators of a tile of rows.</summary>
    public static void Run(in Tile tile, DotStep step, TermRange* ranges, int count, float* accumulators)
    {
        switch (step.Rounding)
        {
            case DotRounding.TowardZeroFp32: Run<DotRoundings.TowardZeroFp32>(tile, step, ranges, count, accumulators); break;
            case DotRounding.TowardZeroE8M13: Run<DotRoundings.TowardZeroE8M13>(tile, step, ranges, count, accumulators); break;
            default: Run<DotRoundings.NearestEvenFp16>(tile, step, ranges, count, accumulators); break;
        }
    }

    /// <summary>One block of two registers of outputs: <c>accumulators[0]</c> and <c>[1]</c> take <c>a0 * b0</c> and <c>a1 * b1</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Block<TRounding, TPowers>(DotStep step, in DotOperands operands, int count, float* accumulators)
        where TRounding : struct, IDotRounding
        where TPowers : struct, IWeightPowers
    {
        TF low = TSimd.Load(accumulators), high = TSimd.Load(accumulators + TSimd.Width);
        TF smallest = TSimd.BroadcastBits((127 + DotStep.SmallestExponent(step.OperandB)) << 23);
        TF lowPower = TRounding.Power<TF, TD, TSimd>(low), highPower = TRounding.Power<TF, TD, TSimd>(high);
        float* p0 = operands.Power0, p1 = operands.Power1, b0 = operands.B0, b1 = operands.B1;
        for (int term = 0; term < count; term++, p0 += operands.StrideA, p1 += operands.StrideA, b0 += operands.StrideB, b1 += operands.StrideB)
        {
            lowPower = TSimd.MaxInt32(lowPower, TSimd.Multiply(TSimd.Broadcast(*p0), TPowers.Of<TF, TD, TSimd>(TSimd.Load(b0), smallest)));
            highPower = TSimd.MaxInt32(highPower, TSimd.Multiply(TSimd.Broadcast(*p1), TPowers.Of<TF, TD, TSimd>(TSimd.Load(b1), smallest)));
        }

        TF scale = TSimd.BroadcastBits((254 + step.AlignmentBits) << 23);
        TF lowScale = TSimd.SubtractInt32(scale, lowPower), highScale = TSimd.SubtractInt32(scale, highPower);
        TF lowSum = TSimd.ToInt32(TSimd.Multiply(low, lowScale)), highSum = TSimd.ToInt32(TSimd.Multiply(high, highScale));
        TF lowOverflow = TSimd.BroadcastBits(step.FitsRegisters ? 0 : -1), highOverflow = lowOverflow;
        float* a0 = operands.A0, a1 = operands.A1;
        b0 = operands.B0;
        b1 = operands.B1;
        for (int first = 0; first < count; first += ChunkLength)
        {
            TF lowChunk = TSimd.BroadcastBits(0), highChunk = lowChunk;
            for (int term = Math.Min(ChunkLength, count - first); term > 0; term--, a0 += operands.StrideA, a1 += operands.StrideA, b0 += operands.StrideB, b1 += operands.StrideB)
            {
                lowChunk = TSimd.AddInt32(lowChunk, TSimd.ToInt32(TSimd.Multiply(TSimd.Multiply(TSimd.Broadcast(*a0), TSimd.Load(b0)), lowScale)));
                highChunk = TSimd.AddInt32(highChunk, TSimd.ToInt32(TSimd.Multiply(TSimd.Multiply(TSimd.Broadcast(*a1), TSimd.Load(b1)), highScale)));
            }

            lowOverflow = TSimd.Or(lowOverflow, AddChunk(ref lowSum, lowChunk));
            highOverflow = TSimd.Or(highOverflow, AddChunk(ref highSum, highChunk));
        }

        uint lowLanes = TSimd.SignBits(TSimd.Or(lowOverflow, IsBeyond(lowSum, lowPower)));
        uint highLanes = TSimd.SignBits(TSimd.Or(highOverflow, IsBeyond(highSum, highPower)));
        TF unit = TSimd.BroadcastBits(step.AlignmentBits << 23);
        TF lowResult = Round<TRounding>(lowSum, TSimd.SubtractInt32(lowPower, unit));
        TF highResult = Round<TRounding>(highSum, TSimd.SubtractInt32(highPower, unit));
        if ((lowLanes | highLanes) != 0)
        {
            Repeat(step, operands.A0, operands.B0, operands, count, lowLanes, low, lowResult, accumulators);
            Repeat(step, operands.A1, operands.B1, operands, count, highLanes, high, highResult, accumulators + TSimd.Width);
            return;
        }

        TSimd.Store(lowResult, accumulators);
        TSimd.Store(highResult, accumulators + TSimd.Width);
    }

    private static void Run<TRounding>(in Tile tile, DotStep step, TermRange* ranges, int count, float* accumulators)
        where TRounding : struct, IDotRounding
    {
        if (tile.HasNormalWeights)
            Run<TRounding, WeightPowers.Normal>(tile, step, ranges, count, accumulators);
        else
            Run<TRounding, WeightPowers.Clamped>(tile, step, ranges, count, accumulators);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TRounding, TPowers>(in Tile tile, DotStep step, TermRange* ranges, int count, float* accumulators)
        where TRounding : struct, IDotRounding
        where TPowers : struct, IWeightPowers
    {
        int rows = tile.Rows;
        for (TermRange* range = ranges; range < ranges + count; range++)
        {
            for (int first = 0; first < range->Count; first += step.BlockLength)
            {
                nint index = range->Start + ((nint)first * range->Stride);
                for (int row = 0; row < rows; row++)
                {
                    float* a = tile.A + (index * rows) + row;
                    float* power = tile.Powers + (index * rows) + row;
                    float* b = tile.B + (index * tile.BStride);
                    var operands = new DotOperands(a, a, power, power, b, b + TSimd.Width, (nint)range->Stride * rows, range->Stride * tile.BStride);
                    Block<TRounding, TPowers>(step, operands, Math.Min(step.BlockLength, range->Count - first), accumulators + ((nint)row * 2 * TSimd.Width));
                }
            }
        }
    }

    /// <summary>Adds integers; a negative lane of the result says that its sum overflowed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TF AddChunk(ref TF sum, TF chunk)
    {
        TF total = TSimd.AddInt32(sum, chunk);
        TF overflow = TSimd.And(TSimd.Xor(sum, total), TSimd.Xor(chunk, total));
        sum = total;
        return overflow;
    }

    /// <summary>Negative where the largest exponent is out of bounds, or where a conversion of the sum and back may depend on the machine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TF IsBeyond(TF sum, TF power)
    {
        TF small = TSimd.SubtractInt32(power, TSimd.BroadcastBits(SmallestPower));
        TF large = TSimd.SubtractInt32(TSimd.BroadcastBits(LargestPower), power);
        return TSimd.Or(TSimd.Or(small, large), TSimd.EqualsInt32(sum, TSimd.BroadcastBits(int.MaxValue)));
    }

    /// <summary>Truncates sums to 24 significant bits: to nearest, and one unit back toward zero where that went away from it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TF Round<TRounding>(TF sum, TF unit)
        where TRounding : struct, IDotRounding
    {
        TF nearest = TSimd.FromInt32(sum);
        TF lost = TSimd.SubtractInt32(sum, TSimd.ToInt32(nearest));
        TF sign = TSimd.SignMask(sum);
        TF isAway = TSimd.SignMask(TSimd.SubtractInt32(TSimd.Xor(lost, sign), sign));
        return TRounding.Round<TF, TD, TSimd>(TSimd.AddInt32(nearest, isAway), TSimd.EqualsInt32(lost, TSimd.BroadcastBits(0)), unit);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Repeat(DotStep step, float* a, float* b, in DotOperands operands, int count, uint lanes, TF accumulator, TF result, float* accumulators)
    {
        TSimd.Store(accumulator, accumulators);
        float* repeated = stackalloc float[TSimd.Width];
        TSimd.Store(result, repeated);
        for (; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            repeated[lane] = step.Take(a, operands.StrideA, b + lane, operands.StrideB, count, accumulators[lane]);
        }

        TSimd.Store(TSimd.Load(repeated), accumulators);
    }
}
