using FluentAssertions;
using PlanForensics.Conformance;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Execution;
using PlanForensics.Gpu.Rows;
using PlanForensics.Gpu.Warps;
using PlanForensics.Kernels;
using PlanForensics.Kernels.Reference;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Gpu.Tests;

/// <summary>Kernels that exchange values between the lanes of a warp, on the CPU device with one thread a lane.</summary>
public sealed class WarpKernelTests
{
    [Theory]
    [InlineData("gemm lanes=32 vector=4", 4, MergeOrder.Butterfly)]
    [InlineData("gemm lanes=32 lane_merge=neighbours step=muladd start=zero", 1, MergeOrder.Neighbours)]
    [InlineData("gemm lanes=32 vector=2 lane_merge=forward", 2, MergeOrder.Forward)]
    [InlineData("gemm lanes=32 vector=8 lane_merge=half_neighbours", 8, MergeOrder.HalfNeighbours)]
    public void Sums_over_a_warp_are_found(string plan, int vector, MergeOrder merge) => FormOf(plan, 1024).Should().Match<WarpProgram>(form => form.Vector == vector && form.Merge == merge);

    [Theory]
    [InlineData("gemm")]
    [InlineData("gemm lanes=16")]
    [InlineData("gemm lanes=64 warp=32")]
    [InlineData("gemm lanes=32 acc=fp64")]
    public void Others_are_not(string plan) => FormOf(plan, 1024).Should().BeNull();

    [Theory]
    [InlineData("gemm lanes=32 vector=4", 640)] // an unrolled round and rest
    [InlineData("gemm lanes=32 vector=4 step=muladd start=zero", 101)] // fewer lanes than a warp have terms, rows are not aligned
    [InlineData("gemm lanes=32 lane_merge=neighbours out=bf16", 45)]
    [InlineData("gemm lanes=32 vector=2 lane_merge=half_neighbours", 60)]
    [InlineData("gemm lanes=32 vector=2 lane_merge=forward", 40)]
    public void A_warp_for_each_output_gives_the_bits_of_the_reference(string plan, int depth)
    {
        using GpuDevice device = GpuDevice.OpenCpu(32);
        var kernels = new GpuOperatorKernels(device) { Paths = KernelPaths.Warps };
        FormOf(plan, depth).Should().NotBeNull();
        ConformanceCase item = ConformanceCases.Gemm(OperatorPlan.Parse(plan), new OperatorShape(2, 2, depth, HasBias: true), 2, 3)!;
        item.FirstDifference(item.Run(ReferenceKernels.Instance), item.Run(kernels)).Should().BeNull();
    }

    [Theory]
    [InlineData("norm lanes=64 warp=32 lane_merge=neighbours inverse_root=rsqrt cast=before_weight out=bf16 step=fma", false)]
    [InlineData("norm lanes=64 warp=32 block_merge=butterfly mean=reciprocal", true)]
    [InlineData("norm lanes=32 formula=moments", true)]
    public void A_group_for_each_row_gives_the_bits_of_the_reference(string plan, bool isLayer)
    {
        using GpuDevice device = GpuDevice.OpenCpu(32, warps: 2);
        var kernels = new GpuOperatorKernels(device) { Paths = KernelPaths.Groups };
        const int width = 70;
        var program = (NormProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(2, 1, width));
        RowProgram.Of(program, isLayer).Should().NotBeNull();
        float[] x = ConformanceValues.Create(1, 4, 2 * width);
        float[] weight = ConformanceValues.Create(0, 5, width);
        float[] bias = ConformanceValues.Create(0, 6, width);
        Run(kernels).Should().Equal(Run(ReferenceKernels.Instance));

        uint[] Run(IOperatorKernels on)
        {
            float[] y = new float[x.Length];
            if (isLayer)
                on.LayerNorm(program, 1e-5f, x, weight, bias, y);
            else
                on.RmsNorm(program, 1e-5f, x, weight, y);
            return [.. y.Select(BitConverter.SingleToUInt32Bits)];
        }
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(512)]
    [InlineData(256)]
    public void The_norms_of_serving_stacks_have_a_group_for_each_row(int threads) =>
        RowProgram.Of((NormProgram)PlanCatalog.Norms[$"vllm_rms_norm_{threads}"].Lower(new OperatorShape(1, 1, 2048)), isLayer: false)!.Tree.Lanes.Should().Be(threads);

    private static WarpProgram? FormOf(string plan, int depth) => WarpProgram.Of(((GemmProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(1, 1, depth))).Uniform!);
}
