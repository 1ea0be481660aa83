using FluentAssertions;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Execution;
using PlanForensics.Gpu.Programs;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Gpu.Tests;

/// <summary>What does not fit a device is said before it is launched.</summary>
public sealed class FeasibilityTests
{
    private static readonly DeviceLimits Card = new(32, 1024, 49152, 65536, int.MaxValue, 65535, 65535, 80L << 30, 132);

    [Fact]
    public void The_kernels_fit_an_80_gigabyte_card_at_4096_cubed()
    {
        Feasibility.Tiles(1, fused: true, 4096, 4096, 4096).ProblemOn(Card).Should().BeEmpty();
        Feasibility.MatrixUnits(small: false, 4096, 4096, 4096).ProblemOn(Card).Should().BeEmpty();
        Feasibility.Warps(1, 128256, 2048).ProblemOn(Card).Should().BeEmpty();
    }

    [Theory]
    [InlineData("threads", "a group of 256 threads; the device has at most 128")]
    [InlineData("shared", "16896 bytes of shared memory a group; the device has 16384")]
    [InlineData("registers", "128 registers a thread, 32768 a group; the device has 16384")]
    [InlineData("grid", "a grid of 32 x 70000 groups; the device has at most 2147483647 x 65535")]
    [InlineData("memory", "the device has 1048576")]
    public void A_limit_that_is_passed_is_named(string limit, string reason)
    {
        DeviceLimits limits = limit switch
        {
            "threads" => Card with { ThreadsPerGroup = 128 }, "shared" => Card with { SharedMemoryBytes = 16384 }, "registers" => Card with { RegistersPerGroup = 16384 },
            "memory" => Card with { MemoryBytes = 1 << 20 }, _ => Card,
        };
        Feasibility.Tiles(limit == "grid" ? 70000 : 1, fused: true, 512, 1024, 64).ProblemOn(limits).Should().Contain(reason).And.StartWith("a tiled product needs ");
    }

    [Fact]
    public void A_workspace_counts_and_the_interpreter_needs_none_of_it()
    {
        ReductionProgram program = ((GemmProgram)OperatorPlan.Parse("gemm split_k=64").Lower(new OperatorShape(4096, 4096, 4096))).Uniform!;
        DeviceLimits small = Card with { MemoryBytes = 1L << 30 };
        Feasibility.Tiles(64, fused: false, 4096, 4096, 4096).ProblemOn(small).Should().Contain("workspace");
        Feasibility.Interpreter(ProgramTable.Of(program), 4096, 4096, 4096, 8192).ProblemOn(small).Should().BeEmpty();
    }

    [Fact]
    public void A_program_that_no_kernel_can_run_is_refused_with_the_reason()
    {
        var program = (GemmProgram)OperatorPlan.Parse("gemm lanes=64").Lower(new OperatorShape(1, 1, 4096));
        DeviceSupport.Check(program, Card with { MemoryBytes = 4096 }, out string reason).Should().BeFalse();
        reason.Should().StartWith("the interpreter needs ").And.EndWith("the device has 4096");
        DeviceSupport.Check(program, Card, out _).Should().BeTrue();
        Feasibility.ProblemOfSize(65536, 65536).Should().Contain("65536 x 65536 elements");
    }
}
