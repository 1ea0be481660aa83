using FluentAssertions;
using PlanForensics.Conformance;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Execution;
using PlanForensics.Gpu.Programs;
using PlanForensics.Kernels.Reference;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Gpu.Tests;

/// <summary>Split-K whose slices take turns at the output.</summary>
public sealed class TurnstileTests(CpuDeviceFixture fixture) : IClassFixture<CpuDeviceFixture>
{
    private const KernelPaths Turns = KernelPaths.Tiles | KernelPaths.Turnstile;

    [Theory]
    [InlineData("gemm split_k=4", "0.25.50.75", NumericFormat.Fp32)]
    [InlineData("gemm split_k=4 merge=atomic atomic_order=2.0.3.1", "0.50.75.25", NumericFormat.Fp32)] // the normal form: the first two commute
    [InlineData("gemm split_k=3 staging=bf16", "0.34.68", NumericFormat.Bf16)]
    [InlineData("gemm split_k=3 merge=atomic atomic_order=2.1.0 staging=fp16 merge_acc=bf16", "68.34.0", NumericFormat.Fp16)]
    [InlineData("gemm k_block=16", "0.16.32.48.64.80.96", NumericFormat.Fp32)]
    public void Turns_come_in_the_order_of_the_merge(string plan, string order, NumericFormat staging)
    {
        SliceProgram form = SlicesOf(plan);
        TurnProgram turns = TurnProgram.Of(form, out _)!;
        string.Join('.', turns.Turns.Select(turn => form.Slices[turn.Slice].Start)).Should().Be(order, "the slices of 100 terms begin there");
        turns.Turns[^1].Staging.Should().Be(staging);
    }

    [Theory]
    [InlineData("gemm split_k=4 merge=butterfly", "slices are not added one after the other")]
    [InlineData("gemm split_k=3 merge_acc=fp64", "slices are added in fp64, which an output of 32 bits does not hold")]
    public void A_merge_of_another_form_has_no_turns_and_says_why(string plan, string reason)
    {
        TurnProgram.Of(SlicesOf(plan), out string said).Should().BeNull();
        said.Should().Be(reason);
        using GpuDevice device = GpuDevice.Open("ilgpu-cpu");
        Case(plan, 65).Run(new GpuOperatorKernels(device));
        device.KernelUses.Should().Equal(new KernelUse("workspace and second kernel", $"no turnstile: {reason}", 1));
    }

    [Theory]
    [InlineData("gemm split_k=4")]
    [InlineData("gemm step=muladd split_k=3 staging=bf16 out=bf16")]
    [InlineData("gemm split_k=5 merge=atomic atomic_order=3.0.4.1.2 start=zero")]
    [InlineData("gemm split_k=3 merge=atomic atomic_order=seed:5 staging=fp8e5m2 merge_acc=fp16 out=bf16")]
    [InlineData("gemm split_k=2 merge_acc=bf16")]
    [InlineData("gemm k_block=7 operand=tf32")]
    public void The_bits_are_the_references_and_the_turnstile_ran(string plan)
    {
        using GpuDevice device = GpuDevice.Open("ilgpu-cpu");
        var kernels = new GpuOperatorKernels(device) { Paths = Turns };
        int products = 0;
        for (int kind = 0; kind < ConformanceValues.Kinds; kind++)
        {
            foreach (OperatorShape shape in (OperatorShape[])[new(5, 3, 61, HasBias: true), new(131, 1, 40), new(1, 260, 33)])
            {
                ConformanceCase item = ConformanceCases.Gemm(OperatorPlan.Parse(plan), shape, kind, 5 + kind)!;
                item.FirstDifference(item.Run(ReferenceKernels.Instance), item.Run(kernels)).Should().BeNull();
                products++;
            }
        }

        device.KernelUses.Should().Equal(new KernelUse("turnstile", "", products));
    }

    [Theory]
    [InlineData("gemm split_k=3", 26)]
    [InlineData("gemm split_k=2 merge=atomic atomic_order=1.0 staging=bf16 out=bf16", 9)]
    public void The_barrier_driver_gives_the_bits_of_the_reference(string plan, int depth)
    {
        using GpuDevice device = GpuDevice.OpenCpu(32, warps: 8);
        var kernels = new GpuOperatorKernels(device) { Paths = Turns };
        ConformanceCase item = ConformanceCases.Gemm(OperatorPlan.Parse(plan), new OperatorShape(5, 3, depth, HasBias: true), 2, 5)!;
        item.FirstDifference(item.Run(ReferenceKernels.Instance), item.Run(kernels)).Should().BeNull();
        device.KernelUses.Should().Equal(new KernelUse("turnstile", "", 1));
    }

    [Fact]
    public void Another_order_of_turns_has_other_bits() // negative control
    {
        fixture.Kernels.Paths = Turns;
        ConformanceCase Item(string order) => Case($"gemm split_k=4 merge=atomic atomic_order={order}", 200);
        float[] expected = Item("2.0.3.1").Run(ReferenceKernels.Instance);
        Item("2.0.3.1").FirstDifference(expected, Item("2.0.3.1").Run(fixture.Kernels)).Should().BeNull();
        Item("2.0.3.1").FirstDifference(expected, Item("0.2.3.1").Run(fixture.Kernels)).Should().BeNull("a first sum is added to +0.0, and addition commutes");
        Item("2.0.3.1").FirstDifference(expected, Item("2.3.0.1").Run(fixture.Kernels)).Should().NotBeNull();
    }

    [Fact]
    public void The_turnstile_is_left_out_where_it_is_not_asked_for()
    {
        using GpuDevice device = GpuDevice.Open("ilgpu-cpu");
        Case("gemm split_k=4", 65).Run(new GpuOperatorKernels(device) { Paths = KernelPaths.All & ~KernelPaths.Turnstile });
        device.KernelUses.Should().Equal(new KernelUse("workspace and second kernel", "", 1));
    }

    [Fact]
    public void Groups_may_wait_for_each_other_only_where_all_of_them_run()
    {
        Feasibility.ProblemOfTurns(GpuDeviceKind.Cuda, 264, 264).Should().BeEmpty();
        Feasibility.ProblemOfTurns(GpuDeviceKind.Cuda, 265, 264).Should().Be("265 groups would wait for each other; the device runs 264 at once");
        Feasibility.ProblemOfTurns(GpuDeviceKind.OpenCl, 1, 264).Should().Contain("need not make progress");
        Feasibility.ProblemOfTurns(GpuDeviceKind.Cpu, 1000, 0).Should().BeEmpty("a group runs on a thread of its own to its end");
    }

    private static ConformanceCase Case(string plan, int depth) => ConformanceCases.Gemm(OperatorPlan.Parse(plan), new OperatorShape(3, 5, depth), 1, 3)!;

    private static SliceProgram SlicesOf(string plan) => SliceProgram.Of(((GemmProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(1, 1, 100))).Uniform!)!;
}
