using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Benchmarks.Peers;

/// <summary>Matrix products of several rows.</summary>
internal static class ProductRows
{
    private const int Size = 2048;
    private static readonly (string Plan, double Target)[] Plans = [("gemm", 1.0), ("gemm split_k=4", 0.9), ("gemm lanes=16", 0.9), ("gemm k_block=256", 0.9)];

    public static IEnumerable<PeerRow> Run(Machine machine, OpenBlas? openBlas)
    {
        float[] w = Samples.Values(Size * Size, 1);
        var weights = new WeightMatrix(Size, Size, w);
        foreach (int threads in (int[])[1, 2])
        {
            IOperatorKernels kernels = KernelSelection.Create(KernelSelection.Default.Name, threads);
            openBlas?.SetThreads(threads);
            foreach (int m in (int[])[64, 512])
            {
                float[] a = Samples.Values(m * Size, 2);
                float[] c = new float[m * Size], other = GC.AllocateUninitializedArray<float>(m * Size, pinned: true);
                using var onnx = new OnnxMatMul(m, Size, Size, a, w, other, threads);
                foreach ((string text, double target) in Plans)
                {
                    var plan = (GemmPlan)OperatorPlan.Parse(text);
                    var program = (GemmProgram)plan.Lower(new OperatorShape(m, Size, Size));
                    double[] times = Interleaved.Medians(
                        threads > 1 ? 1.2 : 0.5, Interleaved.PauseFor(threads), [() => kernels.Gemm(program, a, weights, default, c), onnx.Run, () => openBlas?.Multiply(m, Size, Size, a, w, other)]);
                    (double peer, string name) = openBlas is not null && times[2] < times[1] ? (times[2], "OpenBLAS") : (times[1], "ONNX Runtime");
                    double flops = 2.0 * m * Size * Size;
                    string rest = openBlas is null ? "OpenBLAS is not installed" : name == "OpenBLAS" ? $"ONNX Runtime {times[1] * 1e3:F2} ms" : $"OpenBLAS {times[2] * 1e3:F2} ms";
                    yield return PeerRow.Speed(
                        $"{text}, {m} x {Size} x {Size} fp32", threads, times[0], peer, name, target, Samples.CheckProduct(plan, m, Size, Size, a, weights, c),
                        $"{flops / times[0] / 1e9:F0} GFLOP/s, {flops / times[0] / machine.PeakFlops(threads):P0} of the FMA peak; {rest}");
                }
            }
        }
    }

    /// <summary>bf16 operands, accumulated in fp32: against twice the fp32 peak, which a machine with a bf16 unit of double rate would have.</summary>
    public static IEnumerable<PeerRow> RunBf16(Machine machine)
    {
        const int M = 64;
        float[] values = Samples.Values(Size * Size, 3, NumericFormat.Bf16);
        WeightMatrix weights = WeightMatrix.From(TensorValue.FromRounded(NumericFormat.Bf16, values, Size, Size));
        float[] a = Samples.Values(M * Size, 4, NumericFormat.Bf16), c = new float[M * Size];
        foreach (int threads in (int[])[1, 2])
        {
            IOperatorKernels kernels = KernelSelection.Create(KernelSelection.Default.Name, threads);
            var plan = (GemmPlan)OperatorPlan.Parse("gemm operand=bf16");
            var program = (GemmProgram)plan.Lower(new OperatorShape(M, Size, Size));
            double[] times = Interleaved.Medians(1, () => kernels.Gemm(program, a, weights, default, c));
            double flops = 2.0 * M * Size * Size;
            yield return PeerRow.Speed(
                $"gemm operand=bf16, {M} x {Size} x {Size}", threads, times[0], flops / (2 * machine.PeakFlops(threads)), "2 x fp32 FMA peak", 0.5, Samples.CheckProduct(plan, M, Size, Size, a, weights, c),
                "bf16 products by fp32 FMA: the processor's own bf16 dot product has another order and flushes subnormals, so at most 0.5 can be had");
        }
    }
}
