using System.Diagnostics;
using System.Globalization;
using PlanForensics.Kernels;
using PlanForensics.Plans;

namespace PlanForensics.Benchmarks;

/// <summary>A table of speeds in seconds rather than minutes; best of several runs, so that other load shows less.</summary>
internal static class QuickRun
{
    private static readonly (string Plan, int M, int N, int K)[] Products =
    [
        ("gemm", 48, 256, 2048),
        ("gemm", 12, 2048, 2048),
        ("gemm", 4, 2048, 2048),
        ("gemm", 2, 2048, 2048),
        ("gemm", 1, 2048, 2048),
        ("gemm", 1, 1024, 256),
        ("gemm", 1, 256, 256),
        ("gemm", 1, 64, 64),
        ("gemm step=muladd", 48, 256, 2048),
        ("gemm split_k=4", 48, 256, 2048),
        ("gemm split_k=4", 1, 2048, 2048),
        ("gemm lanes=8", 48, 256, 2048),
        ("gemm lanes=32 vector=4", 48, 256, 2048),
        ("gemm lanes=32 vector=4", 1, 2048, 2048),
        ("gemm k_block=4", 48, 256, 2048),
        ("gemm k_block=4", 1, 2048, 2048),
        ("gemm k_block=32", 48, 256, 2048),
        ("gemm lanes=256", 1, 2048, 2048),
        ("gemm operand=bf16 out=bf16", 48, 256, 2048),
        ("gemm acc=bf16 step=muladd", 48, 256, 2048),
        ("gemm acc=fp16", 48, 256, 2048),
        ("gemm acc=fp64", 48, 256, 2048),
        ("gemm acc=fp64", 1, 2048, 2048),
        ("gemm step=bf16pair operand=bf16", 48, 256, 2048),
    ];

    public static void Run(string kernel, int threads)
    {
        IOperatorKernels kernels = KernelSelection.Create(kernel, threads);
        foreach ((string plan, int m, int n, int k) in Products)
        {
            var program = (GemmProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(m, n, k));
            float[] a = Values(m * k, 1);
            var weights = new WeightMatrix(n, k, Values(n * k, 2));
            float[] c = new float[m * n];
            double seconds = Best(() => kernels.Gemm(program, a, weights, default, c));
            Print(plan, $"{m} x {n} x {k}", seconds, $"{2.0 * m * n * k / seconds / 1e9,7:F1} GFLOP/s {4.0 * n * k / seconds / 1e9,6:F1} GB/s of weights");
        }

        foreach ((string plan, int heads, int keyHeads, int dimension, int keys) in new[]
        {
            ("attention", 32, 8, 64, 1024), ("attention", 8, 8, 64, 1024), ("attention algorithm=online kv_block=64", 32, 8, 64, 1024), ("attention", 4, 4, 32, 50), ("attention", 32, 8, 64, 128), ("attention", 8, 8, 64, 128),
        })
        {
            var program = (AttentionProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(1, keys, dimension));
            var cache = new KeyValueCache(keyHeads, dimension, keys);
            for (int position = 0; position < keys; position++)
                cache.Append(Values(keyHeads * dimension, position), Values(keyHeads * dimension, position + 1));
            float[] query = Values(heads * dimension, 3);
            float[] output = new float[query.Length];
            double seconds = Best(() => kernels.Attention(program, query, cache, output));
            Print(plan, $"{heads}/{keyHeads} heads of {dimension}, {keys} keys", seconds, $"{4.0 * heads * dimension * keys / seconds / 1e9,7:F1} GFLOP/s");
        }

        foreach (int rows in new[] { 1, 64 })
        {
            var norm = (NormProgram)OperatorPlan.Parse("norm").Lower(new OperatorShape(rows, 1, 2048));
            float[] x = Values(rows * 2048, 4);
            float[] y = new float[x.Length];
            Print("norm", $"{rows} x 2048", Best(() => kernels.RmsNorm(norm, 1e-5f, x, x.AsSpan(0, 2048), y)), "");
            Print("silu", $"{rows} x 2048", Best(() => kernels.SiluMultiply(new ActivationPlan(), x, x, y)), "");
        }
    }

    internal static void Print(string plan, string shape, double seconds, string rate) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{plan,-40} {shape,-32} {seconds * 1e6,10:F2} us  {rate}"));

    internal static double Best(Action action)
    {
        double best = double.MaxValue;
        for (long total = Stopwatch.GetTimestamp(), calls = 1, runs = 0; runs < 5 || Stopwatch.GetElapsedTime(total).TotalSeconds < 0.5; runs++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int call = 0; call < calls; call++)
                action();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            best = Math.Min(best, seconds / calls);
            if (seconds < 1e-3)
                calls *= 2;
        }

        return best;
    }

    private static float[] Values(int count, int seed)
    {
        var random = new Random(seed);
        float[] values = new float[count];
        for (int index = 0; index < count; index++)
            values[index] = random.NextSingle() - 0.5f;
        return values;
    }
}
