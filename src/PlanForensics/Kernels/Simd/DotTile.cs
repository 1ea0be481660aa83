using System.Runtime.CompilerServices;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Simd;

/// <summary>A tile of a matrix unit: lanes are columns, two rows at a time.</summary>
internal static unsafe class DotTile<TF, TD, TSimd>
    where TF : struct
    where TD : struct
    where TSimd : struct, ISimd<TF, TD>
{
    public static void Run(
        TensorCoreModel model, (int Rows, int Columns, int Depth) shape, ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<float> c, Span<float> d)
    {
        var step = new DotStep(model.Step, model.Operand, model.Operand);
        int width = (shape.Columns + TSimd.Width - 1) / TSimd.Width * TSimd.Width;
        using var memory = new ScratchMemory(sizeof(float) * ((2L * shape.Rows * shape.Depth) + ((long)width * shape.Depth) + (2 * TSimd.Width)));
        float* left = memory.Start;
        float* powers = left + (shape.Rows * shape.Depth);
        float* right = powers + (shape.Rows * shape.Depth);
        float* pair = right + (width * shape.Depth);
        bool truncates = model.Operand == NumericFormat.Tf32;
        Copy(a, new Span<float>(left, a.Length), truncates);
        DotFill<TF, TD, TSimd>.Powers(left, a.Length, model.Operand, powers);
        new Span<float>(right, width * shape.Depth).Fill(1);
        new Span<float>(pair, 2 * TSimd.Width).Clear();
        for (int k = 0; k < shape.Depth; k++)
            Copy(b.Slice(k * shape.Columns, shape.Columns), new Span<float>(right + (k * width), shape.Columns), truncates);
        bool normal = AreNormal(right, (nint)width * shape.Depth, model.Operand);
        switch (step.Rounding)
        {
            case DotRounding.TowardZeroFp32 when normal: Rows<DotRoundings.TowardZeroFp32, WeightPowers.Normal>(step, shape, left, powers, right, pair, c, d); break;
            case DotRounding.TowardZeroFp32: Rows<DotRoundings.TowardZeroFp32, WeightPowers.Clamped>(step, shape, left, powers, right, pair, c, d); break;
            case DotRounding.TowardZeroE8M13: Rows<DotRoundings.TowardZeroE8M13, WeightPowers.Clamped>(step, shape, left, powers, right, pair, c, d); break;
            default: Rows<DotRoundings.NearestEvenFp16, WeightPowers.Clamped>(step, shape, left, powers, right, pair, c, d); break;
        }
    }

    /// <summary>Whether values, a whole number of registers, are zeros or normal numbers of a format.</summary>
    private static bool AreNormal(float* values, nint count, NumericFormat format)
    {
        TF smallest = TSimd.BroadcastBits(DotPowers.Smallest(format));
        TF differences = TSimd.BroadcastBits(0);
        for (nint index = 0; index < count; index += TSimd.Width)
        {
            TF source = TSimd.Load(values + index);
            differences = TSimd.Or(differences, TSimd.Xor(WeightPowers.Clamped.Of<TF, TD, TSimd>(source, smallest), WeightPowers.Normal.Of<TF, TD, TSimd>(source, smallest)));
        }

        return TSimd.SignBits(TSimd.EqualsInt32(differences, TSimd.BroadcastBits(0))) == (uint)((1L << TSimd.Width) - 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows<TRounding, TPowers>(
        DotStep step, (int Rows, int Columns, int Depth) shape, float* a, float* powers, float* b, float* pair, ReadOnlySpan<float> c, Span<float> d)
        where TRounding : struct, IDotRounding
        where TPowers : struct, IWeightPowers
    {
        (int rows, int columns, int depth) = shape;
        int width = (columns + TSimd.Width - 1) / TSimd.Width * TSimd.Width;
        for (int row = 0; row < rows; row += 2)
        {
            int second = Math.Min(row + 1, rows - 1);
            for (int column = 0; column < columns; column += TSimd.Width)
            {
                int count = Math.Min(TSimd.Width, columns - column);
                c.Slice((row * columns) + column, count).CopyTo(new Span<float>(pair, count));
                c.Slice((second * columns) + column, count).CopyTo(new Span<float>(pair + TSimd.Width, count));
                for (int first = 0; first < depth; first += step.BlockLength)
                {
                    nint low = ((nint)row * depth) + first, high = ((nint)second * depth) + first;
                    float* block = b + ((nint)first * width) + column;
                    var operands = new DotOperands(a + low, a + high, powers + low, powers + high, block, block, 1, width);
                    DotKernel<TF, TD, TSimd>.Block<TRounding, TPowers>(step, operands, Math.Min(step.BlockLength, depth - first), pair);
                }

                new ReadOnlySpan<float>(pair + TSimd.Width, count).CopyTo(d.Slice((second * columns) + column, count));
                new ReadOnlySpan<float>(pair, count).CopyTo(d.Slice((row * columns) + column, count));
            }
        }
    }

    private static void Copy(ReadOnlySpan<float> source, Span<float> destination, bool truncates)
    {
        source.CopyTo(destination);
        for (int index = 0; truncates && index < destination.Length; index++)
            destination[index] = Tf32.Truncate(destination[index]);
    }
}
