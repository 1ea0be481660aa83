using System.Runtime.InteropServices;
using PlanForensics.Identification;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Tests.Identification;

/// <summary>Matrix products of random numbers whose outputs are computed under a given plan.</summary>
internal static class ProductSamples
{
    public static RecordedOperator Recorded(string plan, int m, int n, int k, int seed = 1, OperatorAttributes? attributes = null, NumericFormat operands = NumericFormat.Fp32)
    {
        (float[] a, float[] w) = Inputs(m, n, k, seed, operands);
        float[] c = new float[m * n];
        KernelSelection.Default.Gemm((GemmProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(m, n, k)), a, new WeightMatrix(n, k, w), [], c);
        return Of(a, w, c, m, n, k, attributes);
    }

    public static RecordedOperator Of(float[] a, float[] w, float[] c, int m, int n, int k, OperatorAttributes? attributes = null) => new(
        "c.bin",
        "matmul",
        new Dictionary<string, TensorValue> { ["a"] = TensorValue.FromFp32(a, m, k), ["w"] = TensorValue.FromFp32(w, n, k) },
        TensorValue.FromFp32(c, m, n),
        attributes);

    public static (float[] A, float[] W) Inputs(int m, int n, int k, int seed, NumericFormat operands = NumericFormat.Fp32)
    {
        var random = new Random(seed);
        return (Values(m * k), Values(n * k));

        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)Rounding.ToFormat((float)((random.NextDouble() * 2) - 1), operands))];
    }

    public static float[] Output(RecordedOperator recorded) => MemoryMarshal.Cast<byte, float>(recorded.Output.Bytes.Span).ToArray();
}
