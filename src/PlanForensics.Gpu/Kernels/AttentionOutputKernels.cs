using ILGPU;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Gpu.Programs;

namespace PlanForensics.Gpu.Kernels;

/// <summary>The second half of attention: weighted values of each part, then the parts together.</summary>
internal static class AttentionOutputKernels
{
    /// <summary>Weighted values: one dimension of one part of one head a thread.</summary>
    public static void Values(
        ArrayView<int> code, ArrayView<int> blocks, ArrayView<int> parts, ArrayView<float> probabilities, ArrayView<float> pool, ArrayView<int> pages, ArrayView<float> decays,
        ArrayView<float> outputs, ArrayView<double> slots, AttentionShape shape)
    {
        int thread = Grid.GlobalIndex.X;
        int stride = Grid.DimX * Group.DimX;
        int dimension = shape.Cache.Dimension;
        for (int index = thread; index < shape.Heads * shape.Parts * dimension; index += stride)
        {
            int head = index / dimension / shape.Parts;
            int part = index / dimension % shape.Parts * AttentionTable.PartWords;
            float output = 0.0f;
            for (int block = 0; block < parts[part + 1]; block++)
            {
                int number = parts[part] + block;
                int at = number * AttentionTable.BlockWords;
                bool continues = parts[part + 2] == 1 && block > 0;
                float decay = decays[((long)head * shape.Blocks) + number];
                int first = continues ? blocks[at + 6] : blocks[at + 2];
                int count = continues ? blocks[at + 7] : blocks[at + 3];
                double held = continues ? Fp.Widen(Fp.Mul(output, decay)) : 0.0;
                double value = Interpreter.Run(
                    code, first, count, shape.ValuesFormatA, shape.ValuesFormatB,
                    new Strided(probabilities, ((long)head * shape.Keys) + blocks[at], 1),
                    new PagedColumn(pool, pages, shape.Cache, head / shape.Group, index % dimension, blocks[at], shape.ValuesRounded), 0.0f, held, slots, thread, stride);
                float weighted = continues ? Fp.Narrow(value) : Fp.Narrow(FormatRounding.Round(value, shape.ValuesOutput));
                output = continues || block == 0 ? weighted : AttentionMath.MultiplyAdd(shape, output, decay, weighted);
            }

            outputs[index] = output;
        }
    }

    /// <summary>The parts' outputs joined and divided: one dimension of one head of one row a thread. A row's parts lie <see cref="AttentionShape.Parts"/> places apart from the next one's.</summary>
    public static void Join(ArrayView<int> rows, ArrayView<float> outputs, ArrayView<float> sums, ArrayView<float> maxima, ArrayView<float> result, ArrayView<ulong> roots, AttentionShape shape)
    {
        int stride = Grid.DimX * Group.DimX;
        int dimension = shape.Cache.Dimension;
        for (int index = Grid.GlobalIndex.X; index < shape.Rows * shape.Heads * dimension; index += stride)
        {
            int parts = rows[(index / dimension / shape.Heads * AttentionTable.RowWords) + 1];
            long first = (long)(index / dimension) * shape.Parts;
            float value = parts > 1 && shape.LogSumExp == 1
                ? JoinNormalized(outputs, sums, maxima, first, parts, index % dimension, shape)
                : JoinTotals(outputs, sums, maxima, roots, first, parts, index % dimension, shape);
            result[index] = FormatRounding.Round(value, shape.Output);
        }
    }

    private static float JoinTotals(
        ArrayView<float> outputs, ArrayView<float> sums, ArrayView<float> maxima, ArrayView<ulong> roots, long first, int parts, int d, AttentionShape shape)
    {
        float output = outputs[(first * shape.Cache.Dimension) + d];
        float sum = sums[first];
        if (parts > 1)
        {
            float largest = float.NegativeInfinity;
            for (int part = 0; part < parts; part++)
                largest = AttentionMath.Max(largest, maxima[first + part]);
            for (int part = 0; part < parts; part++)
            {
                float factor = AttentionMath.Decay(shape, maxima[first + part], largest, roots);
                float own = outputs[((first + part) * shape.Cache.Dimension) + d];
                output = part == 0 ? Fp.Mul(own, factor) : AttentionMath.MultiplyAdd(shape, own, factor, output);
                sum = part == 0 ? Fp.Mul(sums[first], factor) : AttentionMath.MultiplyAdd(shape, sums[first + part], factor, sum);
            }
        }

        return shape.Normalizes == 1 ? output : AttentionMath.Divide(shape, output, sum);
    }

    /// <summary>Parts normalised and weighted by the logarithms of their sums.</summary>
    private static float JoinNormalized(ArrayView<float> outputs, ArrayView<float> sums, ArrayView<float> maxima, long first, int parts, int d, AttentionShape shape)
    {
        float largest = Logarithm(sums, maxima, first, shape);
        for (int part = 1; part < parts; part++)
            largest = AttentionMath.Max(largest, Logarithm(sums, maxima, first + part, shape));
        float sum = 0.0f;
        for (int part = 0; part < parts; part++)
            sum = Fp.Add(sum, DeviceMath.Exp(Fp.Sub(Logarithm(sums, maxima, first + part, shape), largest)));
        float total = Fp.Add(DeviceMath.Log(sum), largest);
        float value = 0.0f;
        for (int part = 0; part < parts; part++)
        {
            float weight = DeviceMath.Exp(Fp.Sub(Logarithm(sums, maxima, first + part, shape), total));
            value = AttentionMath.MultiplyAdd(shape, AttentionMath.Divide(shape, outputs[((first + part) * shape.Cache.Dimension) + d], sums[first + part]), weight, value);
        }

        return value;
    }

    private static float Logarithm(ArrayView<float> sums, ArrayView<float> maxima, long part, AttentionShape shape)
    {
        float logarithm = DeviceMath.Log(sums[part]);
        return shape.BaseTwo == 1 && shape.ScaleQuery == 0 ? Fp.Fma(maxima[part], shape.Scale, logarithm) : Fp.Add(maxima[part], logarithm);
    }
}
