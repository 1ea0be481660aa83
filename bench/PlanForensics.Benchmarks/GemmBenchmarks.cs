using BenchmarkDotNet.Attributes;
using PlanForensics.Kernels;
using PlanForensics.Plans;

namespace PlanForensics.Benchmarks;

/// <summary>Matrix products on one thread, by kernel, plan and shape.</summary>
public class GemmBenchmarks
{
    private IOperatorKernels _kernels = null!;
    private GemmProgram _program = null!;
    private WeightMatrix _weights = null!;
    private float[] _a = [];
    private float[] _c = [];

    [ParamsSource(nameof(Kernels))]
    public string Kernel { get; set; } = "";

    [Params("gemm", "gemm step=muladd", "gemm split_k=4", "gemm k_block=4", "gemm acc=fp64")]
    public string Plan { get; set; } = "";

    [Params(1, 4, 64)]
    public int M { get; set; }

    [Params(2048)]
    public int Size { get; set; }

    public static IEnumerable<string> Kernels => KernelSelection.Available.Select(static kernels => kernels.Name).Where(static name => name != "reference");

    [GlobalSetup]
    public void Prepare()
    {
        var random = new Random(1);
        _kernels = KernelSelection.Create(Kernel, threads: 1);
        _program = (GemmProgram)OperatorPlan.Parse(Plan).Lower(new OperatorShape(M, Size, Size));
        _weights = new WeightMatrix(Size, Size, Values(random, Size * Size));
        _a = Values(random, M * Size);
        _c = new float[M * Size];
    }

    [Benchmark]
    public void Gemm() => _kernels.Gemm(_program, _a, _weights, default, _c);

    private static float[] Values(Random random, int count)
    {
        float[] values = new float[count];
        for (int index = 0; index < count; index++)
            values[index] = random.NextSingle() - 0.5f;
        return values;
    }
}
