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
            var activations = new BlockMatrix(BlockFormat.Q8Type0, 1, depth, Quantize(program.Quantizer, a.Slice(row * depth, depth)));
            for (int output = 0; output < weights.Rows; output++)
            {
                Factors(program, weights, output, activations, left, right);
                c[(row * weights.Rows) + output] = ReductionInterpreter.Run(program.Groups, left, right);
            }
        }
    }

    private static byte[] Quantize(ActivationQuantizer quantizer, ReadOnlySpan<float> values) => quantizer == ActivationQuantizer.Reciprocal
        ? BlockQuantizer.QuantizeActivations(values)
        : BlockQuantizer.QuantizeWeights(BlockFormat.Q8Type0, values);

    private static void Factors(QuantizedGemmProgram program, BlockMatrix weights, int output, BlockMatrix activations, Span<float> left, Span<float> right)
    {
        ReadOnlySpan<sbyte> w = weights.Quants(output);
        ReadOnlySpan<sbyte> x = activations.Quants(0);
        for (int group = 0; group < left.Length; group++)
        {
            int start = group * program.Group;
            int sum = 0;
            for (int index = start; index < start + program.Group; index++)
                sum += w[index] * x[index];
            int block = start / BlockFormats.BlockLength;
            float dw = weights.Scales(output)[block];
            float da = activations.Scales(0)[block];
            (left[group], right[group]) = program.Factors == ScaleFactors.Scales ? (dw * da, sum) : (sum * dw, da);
        }
    }
}
