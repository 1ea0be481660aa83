using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Reference;

/// <summary>A quantised matrix product as <see cref="QuantizedGemmProgram"/> states it: integer sums of groups, then the program over groups.</summary>
internal static class QuantizedProduct
{
    public static void Run(QuantizedGemmProgram program, ReadOnlySpan<float> a, BlockMatrix weights, Span<float> c)
    {
        int rows = KernelSupport.CheckQuantized(program, a, weights, c);
        int depth = program.Depth;
        float[] left = new float[program.Groups.Depth];
        float[] right = new float[left.Length];
        for (int row = 0; row < rows; row++)
        {
            BlockMatrix activations = Quantize(program.Quantizer, a.Slice(row * depth, depth));
            for (int output = 0; output < weights.Rows; output++)
            {
                Factors(program, weights, output, activations, left, right);
                c[(row * weights.Rows) + output] = ReductionInterpreter.Run(program.Groups, left, right);
            }
        }
    }

    /// <summary>One row of activations as q8_0.</summary>
    public static BlockMatrix Quantize(ActivationQuantizer quantizer, ReadOnlySpan<float> values) => new(
        BlockFormat.Q8Type0,
        1,
        values.Length,
        quantizer == ActivationQuantizer.Reciprocal ? BlockQuantizer.QuantizeActivations(values) : BlockQuantizer.QuantizeWeights(BlockFormat.Q8Type0, values));

    /// <summary>The exact sum of a group.</summary>
    public static int Sum(ReadOnlySpan<sbyte> w, ReadOnlySpan<sbyte> x)
    {
        int sum = 0;
        for (int index = 0; index < w.Length; index++)
            sum += w[index] * x[index];
        return sum;
    }

    private static void Factors(QuantizedGemmProgram program, BlockMatrix weights, int output, BlockMatrix activations, Span<float> left, Span<float> right)
    {
        for (int group = 0; group < left.Length; group++)
        {
            int start = group * program.Group;
            int sum = Sum(weights.Quants(output).Slice(start, program.Group), activations.Quants(0).Slice(start, program.Group));
            int block = start / BlockFormats.BlockLength;
            float dw = weights.Scales(output)[block];
            float da = activations.Scales(0)[block];
            (left[group], right[group]) = program.Factors == ScaleFactors.Scales ? (dw * da, sum) : (sum * dw, da);
        }
    }
}
