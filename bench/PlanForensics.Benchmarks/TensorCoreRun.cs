using PlanForensics.Kernels;
using PlanForensics.Kernels.TensorCores;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Benchmarks;

/// <summary>Speeds of matrix-unit steps: one m16n8k16 tile on one thread, and bf16 products of one and more rows.</summary>
internal static class TensorCoreRun
{
    public static void Run()
    {
        foreach (string gpu in new[] { "V100", "A100", "H100" })
        {
            TensorCoreModel model = TensorCoreCatalog.Get(gpu, NumericFormat.Fp16, NumericFormat.Fp32);
            float[] a = Values(16 * 16, NumericFormat.Fp16, 1);
            float[] b = Values(16 * 8, NumericFormat.Fp16, 2);
            float[] c = Values(16 * 8, NumericFormat.Fp32, 3);
            float[] d = new float[c.Length];
            QuickRun.Print($"{gpu} {model.Text}", "tile m16n8k16 fp16", QuickRun.Best(() => TensorCore.MultiplyAddTile(model, (16, 8, 16), a, b, c, d)), "1 thread");
        }

        foreach ((string plan, int m, int n, int k, int threads) in new[]
        {
            ("ampere_mma", 1, 4096, 4096, 1), ("ampere_mma", 1, 4096, 4096, 2), ("hopper_mma", 1, 4096, 4096, 2), ("hopper_mma_split_k4", 1, 4096, 4096, 2), ("ampere_mma", 16, 1024, 1024, 2),
        })
        {
            var program = (GemmProgram)PlanCatalog.Gemms[plan].Lower(new OperatorShape(m, n, k));
            var weights = new WeightMatrix(n, k, Values(n * k, NumericFormat.Bf16, 4));
            float[] x = Values(m * k, NumericFormat.Bf16, 5);
            float[] y = new float[m * n];
            IOperatorKernels kernels = KernelSelection.Create(KernelSelection.Default.Name, threads);
            double seconds = QuickRun.Best(() => kernels.Gemm(program, x, weights, default, y));
            QuickRun.Print(plan, $"{m} x {n} x {k} bf16", seconds, $"{threads} thread(s), {2.0 * m * n * k / seconds / 1e9:F1} GFLOP/s");
        }
    }

    private static float[] Values(int count, NumericFormat format, int seed)
    {
        var random = new Random(seed);
        float[] values = new float[count];
        for (int index = 0; index < count; index++)
            values[index] = Rounding.ToFormat((random.NextSingle() * 2) - 1, format);
        return values;
    }
}
