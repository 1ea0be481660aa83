using ILGPU;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Gpu.Programs;
using PlanForensics.Gpu.Weights;

namespace PlanForensics.Gpu.Kernels;

/// <summary>Kernels that walk a program's table: any program, one element a thread.</summary>
internal static class ProgramKernels
{
    /// <summary>Rounds operands to the format that the arithmetic reads.</summary>
    public static void Cast(ArrayView<float> source, ArrayView<float> target, int format)
    {
        int stride = Grid.DimX * Group.DimX;
        for (int index = Grid.GlobalIndex.X; index < source.IntLength; index += stride)
            target[index] = FormatRounding.Operand(source[index], format);
    }

    /// <summary>C[r, n] = program(A[r, :], W[n, :]) in a rectangle of the output.</summary>
    public static void Gemm<TWeights>(ArrayView<int> code, ArrayView<float> a, ArrayView<uint> weights, ArrayView<float> bias, ArrayView<float> c, ArrayView<double> slots, GemmRegion region)
        where TWeights : struct, IWeightFormat
    {
        int stride = Grid.DimX * Group.DimX;
        int thread = Grid.GlobalIndex.X;
        int elements = region.RowCount * region.ColumnCount;
        for (int element = thread; element < elements; element += stride)
        {
            int row = region.RowStart + (element / region.ColumnCount);
            int column = region.ColumnStart + (element % region.ColumnCount);
            float shift = region.HasBias == 1 ? bias[column] : 0.0f;
            double value = Interpreter.Run(
                code, 0, region.Instructions, region.FormatA, region.FormatB, new Strided(a, (long)row * region.Depth, 1), new WeightRow<TWeights>(weights, (long)column * region.Depth), shift, 0.0,
                slots, thread, stride);
            c[((long)row * region.Outputs) + column] = Fp.Narrow(FormatRounding.Round(value, region.Output));
        }
    }

    /// <summary>The ordered second kernel: each element's slices lie M x N values apart in the workspace.</summary>
    public static void Merge(ArrayView<int> code, ArrayView<float> workspace, ArrayView<float> bias, ArrayView<float> c, ArrayView<double> slots, GemmRegion region)
    {
        int stride = Grid.DimX * Group.DimX;
        int thread = Grid.GlobalIndex.X;
        int elements = region.RowCount * region.ColumnCount;
        for (int element = thread; element < elements; element += stride)
        {
            var sums = new Strided(workspace, element, elements);
            float shift = region.HasBias == 1 ? bias[element % region.ColumnCount] : 0.0f;
            double value = Interpreter.Run(code, 0, region.Instructions, 0, 0, sums, sums, shift, 0.0, slots, thread, stride);
            c[element] = Fp.Narrow(FormatRounding.Round(value, region.Output));
        }
    }

    /// <summary>Adds the ranks' partial results, which lie one message apart, in a rectangle of the message.</summary>
    public static void AllReduce(ArrayView<int> code, ArrayView<float> ranks, ArrayView<float> c, ArrayView<double> slots, GemmRegion region)
    {
        int stride = Grid.DimX * Group.DimX;
        int thread = Grid.GlobalIndex.X;
        for (int element = thread; element < region.RowCount * region.ColumnCount; element += stride)
        {
            long at = ((long)(region.RowStart + (element / region.ColumnCount)) * region.Outputs) + region.ColumnStart + (element % region.ColumnCount);
            var partials = new Strided(ranks, at, c.IntLength);
            double value = Interpreter.Run(code, 0, region.Instructions, region.FormatA, region.FormatB, partials, partials, 0.0f, 0.0, slots, thread, stride);
            c[at] = Fp.Narrow(FormatRounding.Round(value, region.Output));
        }
    }
}
