using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Benchmarks.Peers;

/// <summary>Matrix-vector products whose weights lie beyond every cache.</summary>
internal static class VectorRows
{
    private const int Outputs = 8192;
    private const int Depth = 2048;
    private const long Bytes = (long)Outputs * Depth * sizeof(float);

    public static IEnumerable<PeerRow> Run(OpenBlas? openBlas)
    {
        var plan = (GemmPlan)OperatorPlan.Parse("gemm");
        var program = (GemmProgram)plan.Lower(new OperatorShape(1, Outputs, Depth));
        float[] w = Samples.Values(Outputs * Depth, 5);
        var weights = new WeightMatrix(Outputs, Depth, w);
        float[] rounded = Samples.Values(Outputs * Depth, 5, NumericFormat.Bf16);
        WeightMatrix narrow = WeightMatrix.From(TensorValue.FromRounded(NumericFormat.Bf16, rounded, Outputs, Depth));
        float[] a = Samples.Values(Depth, 6), c = new float[Outputs], d = new float[Outputs], other = GC.AllocateUninitializedArray<float>(Outputs, pinned: true);
        foreach (int threads in (int[])[1, 2])
        {
            IOperatorKernels kernels = KernelSelection.Create(KernelSelection.Default.Name, threads);
            openBlas?.SetThreads(threads);
            using var onnx = new OnnxMatMul(1, Outputs, Depth, a, w, other, threads);
            double[] times = Interleaved.Medians(
                2,
                Interleaved.PauseFor(threads),
                [() => kernels.Gemm(program, a, weights, default, c), () => kernels.Gemm(program, a, narrow, default, d), onnx.Run, () => openBlas?.Multiply(1, Outputs, Depth, a, w, other), () => Machine.Read(Bytes, threads)]);
            (double peer, string name) = openBlas is not null && times[3] < times[2] ? (times[3], "OpenBLAS") : (times[2], "ONNX Runtime");
            string bits = Samples.CheckProduct(plan, 1, Outputs, Depth, a, weights, c);
            yield return PeerRow.Speed($"gemm, 1 x {Outputs} x {Depth} fp32", threads, times[0], peer, name, 1.0, bits, $"{Bytes / times[0] / 1e9:F1} GB/s of weights");
            yield return PeerRow.Speed(
                $"gemm, 1 x {Outputs} x {Depth} fp32, of read bandwidth", threads, times[0], times[4], "a plain sum", 0.85, bits, $"the sum reads {Bytes / times[4] / 1e9:F1} GB/s");
            yield return PeerRow.Speed(
                $"gemm, 1 x {Outputs} x {Depth} bf16 weights", threads, times[1], times[0] / 2, "half our fp32 time", 1.0, Samples.CheckProduct(plan, 1, Outputs, Depth, a, narrow, d),
                $"{times[0] / times[1]:F2} x the elements per second of fp32");
        }
    }
}
