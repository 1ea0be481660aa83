using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Benchmarks.Peers;

/// <summary>Pseudo-random inputs, and a look at the bits.</summary>
internal static class Samples
{
    /// <summary>Uniform in [-1, 1); equal arguments give equal values.</summary>
    public static float[] Values(int count, int seed, NumericFormat format = NumericFormat.Fp32)
    {
        float[] values = GC.AllocateUninitializedArray<float>(count, pinned: true);
        ulong state = ((ulong)seed * 0x9E3779B97F4A7C15) + 1;
        for (int index = 0; index < count; index++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            values[index] = ((int)(state >> 40) - (1 << 23)) * (1f / (1 << 23));
        }

        Rounding.RoundInPlace(values, format);
        return values;
    }

    /// <summary>Compares eight columns of a product with the reference interpreter, all rows of them.</summary>
    public static string CheckProduct(GemmPlan plan, int m, int n, int k, float[] a, WeightMatrix weights, float[] c)
    {
        int[] columns = [0, 1, n / 7, n / 3, (n / 2) + 1, n - 33, n - 2, n - 1];
        float[] picked = new float[columns.Length * k];
        for (int index = 0; index < columns.Length; index++)
            weights.CopyRow(columns[index], picked.AsSpan(index * k, k));
        int rows = Math.Min(m, 13);
        float[] expected = new float[rows * columns.Length];
        var program = (GemmProgram)plan.Lower(new OperatorShape(rows, columns.Length, k));
        KernelSelection.Get("reference").Gemm(program, a.AsSpan(0, rows * k), new WeightMatrix(columns.Length, k, picked), [], expected);
        int equal = 0;
        for (int row = 0; row < rows; row++)
            for (int index = 0; index < columns.Length; index++)
                equal += BitConverter.SingleToInt32Bits(expected[(row * columns.Length) + index]) == BitConverter.SingleToInt32Bits(c[(row * n) + columns[index]]) ? 1 : 0;
        return equal == expected.Length ? $"{equal} of {expected.Length} equal" : throw new InvalidOperationException($"{plan.Text} at {m} x {n} x {k}: {equal} of {expected.Length} sampled outputs are those of the reference");
    }
}
