using FluentAssertions;
using PlanForensics.Conformance;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Execution;
using PlanForensics.Gpu.MatrixUnits;
using PlanForensics.Kernels.Reference;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Gpu.Tests;

/// <summary>The precision path of matrix units: the same kernel, its instruction run by the measured model on the CPU device.</summary>
public sealed class MatrixUnitTests
{
    [Theory]
    [InlineData(NumericFormat.Bf16, 32)]
    [InlineData(NumericFormat.Tf32, 32)] // two stages
    public void A_product_has_the_bits_of_the_reference(NumericFormat format, int depth)
    {
        using GpuDevice device = GpuDevice.OpenCpu(32);
        var kernels = new GpuOperatorKernels(device) { Paths = KernelPaths.MatrixUnits };
        GemmPlan plan = TensorCoreCatalog.Get("H100", format, NumericFormat.Fp32).ToPlan() with { Output = NumericFormat.Bf16 };
        var shape = new OperatorShape(3, 5, depth, HasBias: true);
        new UnitRunner(device).Runs(((GemmProgram)plan.Lower(shape)).Uniform!).Should().BeTrue();
        ConformanceCase item = ConformanceCases.Gemm(plan, shape, 2, 11)!;
        item.FirstDifference(item.Run(ReferenceKernels.Instance), item.Run(kernels)).Should().BeNull();
    }

    [Theory]
    [InlineData("gemm step=dot<16,25,rz> operand=bf16", 32, true)]
    [InlineData("gemm step=dot<16,25,rz> operand=fp16 out=bf16", 64, true)]
    [InlineData("gemm step=dot<8,25,rz> operand=tf32", 16, true)]
    [InlineData("gemm step=dot<16,25,rz> operand=bf16", 48, false)] // no whole stages: in software
    [InlineData("gemm step=dot<8,24,rz> operand=bf16", 32, false)] // another GPU's unit
    [InlineData("gemm step=dot<16,25,rz> operand=bf16 split_k=2", 64, false)]
    [InlineData("gemm operand=bf16", 32, false)]
    public void The_unit_runs_its_own_model_and_nothing_else(string plan, int depth, bool runs)
    {
        using GpuDevice device = GpuDevice.OpenCpu(32);
        new UnitRunner(device).Runs(((GemmProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(2, 2, depth))).Uniform!).Should().Be(runs);
    }

    [Fact]
    public void A_device_without_warps_has_no_matrix_unit()
    {
        using GpuDevice device = GpuDevice.OpenCpu(2);
        new UnitRunner(device).Gpu.Should().BeNull();
    }
}
