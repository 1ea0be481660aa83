using System.Runtime.InteropServices;
using PlanForensics.Numerics;

namespace PlanForensics.Identification;

/// <summary>Which way round weights lie, told by the output: no order of adding moves a sum as far as the wrong weights do.</summary>
internal static class WeightLayout
{
    private const int MostElements = 64;

    /// <summary>True for (N, K), false for (K, N), null when neither gives the output or both do.</summary>
    public static bool? OutputsFirst(TensorValue a, TensorValue weights, int n, TensorValue output)
    {
        int k = a.Shape[1];
        bool outputsFirst = Fits(a, weights, k, n, 1, k, output);
        bool depthFirst = Fits(a, weights, k, n, n, 1, output);
        return outputsFirst == depthFirst ? null : outputsFirst;
    }

    private static bool Fits(TensorValue a, TensorValue weights, int k, int n, int termStride, int outputStride, TensorValue output)
    {
        ReadOnlySpan<float> left = MemoryMarshal.Cast<byte, float>(a.Bytes.Span);
        ReadOnlySpan<float> right = MemoryMarshal.Cast<byte, float>(weights.Bytes.Span);
        ReadOnlySpan<float> result = MemoryMarshal.Cast<byte, float>(output.Bytes.Span);
        int step = Math.Max(1, result.Length / MostElements);
        for (int element = 0; element < result.Length; element += step)
        {
            (int row, int column) = Math.DivRem(element, n);
            double sum = 0;
            double size = 0;
            for (int term = 0; term < k; term++)
            {
                double product = (double)left[(row * k) + term] * right[(column * outputStride) + (term * termStride)];
                sum += product;
                size += Math.Abs(product);
            }

            // bf16 operands and outputs are off by some 2^-8 of the sum of magnitudes at most.
            if (Math.Abs(sum - result[element]) > size / 64)
                return false;
        }

        return true;
    }
}
