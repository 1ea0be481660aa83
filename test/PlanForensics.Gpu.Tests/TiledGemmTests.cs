using FluentAssertions;
using PlanForensics.Conformance;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Execution;
using PlanForensics.Gpu.Programs;
using PlanForensics.Kernels.Reference;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Gpu.Tests;

/// <summary>Tiled products: which programs have slices, and the barrier driver itself, 256 threads of the CPU device.</summary>
public sealed class TiledGemmTests
{
    [Theory]
    [InlineData("gemm", 100, 1)]
    [InlineData("gemm start=zero", 100, 1)]
    [InlineData("gemm step=muladd out=bf16", 100, 1)]
    [InlineData("gemm split_k=4 staging=bf16", 100, 4)]
    [InlineData("gemm split_k=4 merge=butterfly", 100, 4)]
    [InlineData("gemm split_k=4 merge=atomic atomic_order=2.0.3.1", 100, 4)]
    [InlineData("gemm k_block=16", 100, 7)]
    [InlineData("gemm split_k=2 merge_acc=bf16 staging=fp32", 100, 2)]
    [InlineData("gemm split_k=3 merge_acc=fp64", 100, 3)]
    [InlineData("gemm operand=tf32 split_k=2", 100, 2)]
    public void Programs_of_successive_terms_have_slices(string plan, int depth, int slices) => SlicesOf(plan, depth)!.Slices.Should().HaveCount(slices);

    [Theory]
    [InlineData("gemm lanes=4")]
    [InlineData("gemm acc=fp64")]
    [InlineData("gemm acc=bf16")]
    [InlineData("gemm step=dot<8,24,rz> operand=bf16")]
    [InlineData("gemm step=bf16pair operand=bf16")]
    public void Other_programs_have_none(string plan) => SlicesOf(plan, 100).Should().BeNull();

    [Theory]
    [InlineData("gemm", 3)]
    [InlineData("gemm step=muladd split_k=3 staging=bf16 out=bf16", 13)]
    [InlineData("gemm split_k=2 merge=atomic atomic_order=1.0 start=zero", 9)]
    public void The_barrier_driver_gives_the_bits_of_the_reference(string plan, int depth)
    {
        using GpuDevice device = GpuDevice.OpenCpu(32, warps: 8);
        var kernels = new GpuOperatorKernels(device) { Paths = KernelPaths.Tiles };
        ConformanceCase item = ConformanceCases.Gemm(OperatorPlan.Parse(plan), new OperatorShape(5, 3, depth, HasBias: true), 2, 5)!;
        item.FirstDifference(item.Run(ReferenceKernels.Instance), item.Run(kernels)).Should().BeNull();
    }

    private static SliceProgram? SlicesOf(string plan, int depth) => SliceProgram.Of(((GemmProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(1, 1, depth))).Uniform!);
}
