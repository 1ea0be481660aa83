using System.Numerics;
using PlanForensics.Kernels.Reference;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Simd;

/// <summary>A quantised matrix product, a register of outputs side by side; every output keeps the order of its program.</summary>
internal static class QuantizedKernel
{
    public static void Run(QuantizedGemmProgram program, ReadOnlySpan<float> a, BlockMatrix weights, Span<float> c)
    {
        int rows = KernelSupport.CheckQuantized(program, a, weights, c);
        int width = Vector<float>.Count;
        var left = new Vector<float>[program.Groups.Depth];
        var right = new Vector<float>[left.Length];
        Span<float> results = stackalloc float[width];
        for (int row = 0; row < rows; row++)
        {
            BlockMatrix activations = QuantizedProduct.Quantize(program.Quantizer, a.Slice(row * program.Depth, program.Depth));
            for (int output = 0; output < weights.Rows; output += width)
            {
                int count = Math.Min(width, weights.Rows - output);
                Gather(program, weights, output, count, activations, left, right);
                Chain(program.Groups.Root!, left, right).CopyTo(results);
                for (int lane = 0; lane < count; lane++)
                    c[(row * weights.Rows) + output + lane] = Rounding.ToFormat(results[lane], NumericFormat.Fp32);
            }
        }
    }

    private static void Gather(
        QuantizedGemmProgram program, BlockMatrix weights, int output, int count, BlockMatrix activations, Vector<float>[] left, Vector<float>[] right)
    {
        Span<float> scales = stackalloc float[Vector<float>.Count];
        Span<float> sums = stackalloc float[Vector<float>.Count];
        ReadOnlySpan<sbyte> x = activations.Quants(0);
        for (int group = 0; group < left.Length; group++)
        {
            int start = group * program.Group;
            int block = start / BlockFormats.BlockLength;
            for (int lane = 0; lane < count; lane++)
            {
                sums[lane] = QuantizedProduct.Sum(weights.Quants(output + lane).Slice(start, program.Group), x.Slice(start, program.Group));
                scales[lane] = weights.Scales(output + lane)[block];
            }

            var da = new Vector<float>(activations.Scales(0)[block]);
            (Vector<float> dw, Vector<float> t) = (new Vector<float>(scales), new Vector<float>(sums));
            (left[group], right[group]) = program.Factors == ScaleFactors.Scales ? (dw * da, t) : (t * dw, da);
        }
    }

    /// <summary>Groups enter in binary32 by fma or by a rounded product; nothing else stands in a quantised program.</summary>
    private static Vector<float> Chain(ReductionChain chain, Vector<float>[] left, Vector<float>[] right)
    {
        Vector<float> sum = Vector<float>.Zero;
        bool started = chain.StartsAtZero;
        foreach (ReductionItem item in chain.Items)
        {
            if (item is ReductionChain inner)
            {
                Vector<float> value = Chain(inner, left, right);
                sum = started ? sum + value : value;
                started = true;
                continue;
            }

            var segment = (ReductionSegment)item;
            bool fused = segment.Step.Kind == StepKind.Fma;
            for (int term = 0; term < segment.Count; term++)
            {
                int group = segment.Start + (term * segment.Stride);
                sum = !started ? left[group] * right[group]
                    : fused ? Vector.FusedMultiplyAdd(left[group], right[group], sum)
                    : sum + (left[group] * right[group]);
                started = true;
            }
        }

        return sum;
    }
}
