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
                    new PagedColumn(pool, pages, shape.Cache, head / shape.Group, index % dimension, blocks[at], shape.ValuesFormatB), 0.0f, held, slots, thread, stride);
                float weighted = continues ? Fp.Narrow(value) : Fp.Narrow(FormatRounding.Round(value, shape.ValuesOutput));
                output = continues || block == 0 ? weighted : AttentionMath.MultiplyAdd(shape, output, decay, weighted);
            }

            outputs[index] = output;
        }
    }

    /// <summary>The parts' outputs joined and divided: one dimension of one head a thread.</summary>
    public static void Join(ArrayView<int> parts, ArrayView<float> outputs, ArrayView<float> sums, ArrayView<float> maxima, ArrayView<float> result, ArrayView<ulong> roots, AttentionShape shape)
    {
        int stride = Grid.DimX * Group.DimX;
        int dimension = shape.Cache.Dimension;
        for (int index = Grid.GlobalIndex.X; index < shape.Heads * dimension; index += stride)
        {
            int head = index / dimension;
            float value = shape.Parts > 1 && shape.LogSumExp == 1
                ? JoinNormalized(parts, outputs, sums, maxima, head, index % dimension, shape)
                : JoinTotals(parts, outputs, sums, maxima, roots, head, index % dimension, shape);
            result[index] = FormatRounding.Round(value, shape.Output);
        }
    }

    private static float JoinTotals(
        ArrayView<int> parts, ArrayView<float> outputs, ArrayView<float> sums, ArrayView<float> maxima, ArrayView<ulong> roots, int head, int d, AttentionShape shape)
    {
        long first = (long)head * shape.Parts;
        float output = outputs[(first * shape.Cache.Dimension) + d];
        float sum = sums[first];
        if (shape.Parts > 1)
        {
            float largest = float.NegativeInfinity;
            for (int part = 0; part < shape.Parts; part++)
                largest = AttentionMath.Max(largest, LargestOf(parts, maxima, head, part, shape));
            for (int part = 0; part < shape.Parts; part++)
            {
                float factor = AttentionMath.Decay(shape, LargestOf(parts, maxima, head, part, shape), largest, roots);
                float own = outputs[((first + part) * shape.Cache.Dimension) + d];
                output = part == 0 ? Fp.Mul(own, factor) : AttentionMath.MultiplyAdd(shape, own, factor, output);
                sum = part == 0 ? Fp.Mul(sums[first], factor) : AttentionMath.MultiplyAdd(shape, sums[first + part], factor, sum);
            }
        }

        return shape.Normalizes == 1 ? output : AttentionMath.Divide(shape, output, sum);
    }

    /// <summary>Parts normalised and weighted by the logarithms of their sums.</summary>
    private static float JoinNormalized(ArrayView<int> parts, ArrayView<float> outputs, ArrayView<float> sums, ArrayView<float> maxima, int head, int d, AttentionShape shape)
    {
        float largest = Logarithm(parts, sums, maxima, head, 0, shape);
        for (int part = 1; part < shape.Parts; part++)
            largest = AttentionMath.Max(largest, Logarithm(parts, sums, maxima, head, part, shape));
        float sum = 0.0f;
        for (int part = 0; part < shape.Parts; part++)
            sum = Fp.Add(sum, DeviceMath.Exp(Fp.Sub(Logarithm(parts, sums, maxima, head, part, shape), largest)));
        float total = Fp.Add(DeviceMath.Log(sum), largest);
        float value = 0.0f;
        for (int part = 0; part < shape.Parts; part++)
        {
            long own = ((long)head * shape.Parts) + part;
            float weight = DeviceMath.Exp(Fp.Sub(Logarithm(parts, sums, maxima, head, part, shape), total));
            value = AttentionMath.MultiplyAdd(shape, AttentionMath.Divide(shape, outputs[(own * shape.Cache.Dimension) + d], sums[own]), weight, value);
        }

        return value;
    }

    private static float Logarithm(ArrayView<int> parts, ArrayView<float> sums, ArrayView<float> maxima, int head, int part, AttentionShape shape)
    {
        float largest = LargestOf(parts, maxima, head, part, shape);
        float logarithm = DeviceMath.Log(sums[((long)head * shape.Parts) + part]);
        return shape.BaseTwo == 1 && shape.ScaleQuery == 0 ? Fp.Fma(largest, shape.Scale, logarithm) : Fp.Add(largest, logarithm);
    }

    /// <summary>The maximum after a part's last block.</summary>
    private static float LargestOf(ArrayView<int> parts, ArrayView<float> maxima, int head, int part, AttentionShape shape)
    {
        int at = part * AttentionTable.PartWords;
        return maxima[((long)head * shape.Blocks) + parts[at] + parts[at + 1] - 1];
    }
}
