using PlanForensics.Benchmarks.Peers;
using PlanForensics.Kernels;
using PlanForensics.Plans;

namespace PlanForensics.Benchmarks.Scaling;

/// <summary>Matrix products at many sizes, each against both peers and one or two threads.</summary>
internal static class GemmScaling
{
    private const int Outputs = 2048;
    private const double Seconds = 0.4;

    public static IEnumerable<ScalingRow> OverRows() =>
        from threads in (int[])[1, 2]
        from m in (int[])[1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
        select Measure("fp32 `gemm`, M x 2048 x 2048", $"M = {m}", m, 2048, threads);

    public static IEnumerable<ScalingRow> OverDepth() =>
        from m in (int[])[1, 64]
        from threads in (int[])[1, 2]
        from k in (int[])[128, 256, 512, 1024, 2048, 4096, 8192, 16384]
        select Measure($"fp32 `gemm`, {m} x 2048 x K", $"K = {k}", m, k, threads);

    /// <summary>The narrower kernels, on this machine: what another processor would run.</summary>
    public static IEnumerable<ScalingRow> OverKernels()
    {
        foreach (IOperatorKernels available in KernelSelection.Available.Where(kernels => kernels.Name != "reference"))
        {
            IOperatorKernels kernels = KernelSelection.Create(available.Name, threads: 1);
            foreach ((string text, int m) in ((string, int)[])[("gemm", 1), ("gemm", 64), ("gemm lanes=16", 64), ("gemm split_k=4", 64), ("gemm operand=bf16", 64)])
            {
                var plan = (GemmPlan)OperatorPlan.Parse(text);
                var program = (GemmProgram)plan.Lower(new OperatorShape(m, Outputs, 2048));
                float[] w = Samples.Values(Outputs * 2048, 1), a = Samples.Values(m * 2048, 2), c = new float[m * Outputs];
                var weights = new WeightMatrix(Outputs, 2048, w);
                double time = Interleaved.Medians(Seconds, () => kernels.Gemm(program, a, weights, default, c))[0];
                Samples.CheckProduct(plan, m, Outputs, 2048, a, weights, c);
                yield return new ScalingRow(
                    "The kernels of other processors, forced on this one: 2048 x 2048 weights", $"`{text}`, M = {m}, {available.Name}", 1,
                    [new("ms", time * 1e3), new("GFLOP/s", 2.0 * m * Outputs * 2048 / time / 1e9)]);
            }
        }
    }

    private static ScalingRow Measure(string table, string work, int m, int k, int threads)
    {
        IOperatorKernels kernels = KernelSelection.Create(KernelSelection.Default.Name, threads);
        OpenBlas? openBlas = OpenBlas.TryLoad();
        openBlas?.SetThreads(threads);
        var plan = new GemmPlan();
        var program = (GemmProgram)plan.Lower(new OperatorShape(m, Outputs, k));
        float[] w = Samples.Values(Outputs * k, 1), a = Samples.Values(m * k, 2), c = new float[m * Outputs], other = GC.AllocateUninitializedArray<float>(m * Outputs, pinned: true);
        var weights = new WeightMatrix(Outputs, k, w);
        using var onnx = new OnnxMatMul(m, Outputs, k, a, w, other, threads);
        double[] times = Interleaved.Medians(
            threads > 1 ? 1.5 : Seconds, Interleaved.PauseFor(threads),
            [() => kernels.Gemm(program, a, weights, default, c), onnx.Run, () => openBlas?.Multiply(m, Outputs, k, a, w, other)]);
        Samples.CheckProduct(plan, m, Outputs, k, a, weights, c);
        double? blas = openBlas is null ? null : times[2];
        return new ScalingRow(
            table, work, threads,
            [
                new("ours ms", times[0] * 1e3), new("OpenBLAS ms", blas * 1e3), new("ONNX Runtime ms", times[1] * 1e3), new("best peer / ours", Math.Min(blas ?? double.MaxValue, times[1]) / times[0]),
                new("GFLOP/s", 2.0 * m * Outputs * k / times[0] / 1e9), new("GB/s of weights", 4.0 * Outputs * k / times[0] / 1e9),
            ]);
    }
}
