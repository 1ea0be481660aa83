using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Plans;
using PlanForensics.Rules.Feasibility;
using Xunit;

namespace PlanForensics.Tests.Rules.Feasibility;

public sealed class StepPlatformTests
{
    private static readonly StepState Bare = new() { StepIndex = 0, Phase = ExecutionPhase.Decode, Shape = StepShape.Parse("q=1,k=2") };

    [Theory]
    [InlineData("NVIDIA H100 80GB HBM3", 90)]
    [InlineData("NVIDIA GH200 480GB", 90)]
    [InlineData("NVIDIA H20", 90)]
    [InlineData("NVIDIA A100-SXM4-80GB", 80)]
    [InlineData("NVIDIA A100-SXM4-40GB MIG 1g.5gb", 80)]
    [InlineData("NVIDIA A10G", 86)]
    [InlineData("NVIDIA L40S", 89)]
    [InlineData("NVIDIA L4", 89)]
    [InlineData("Tesla T4", 75)]
    [InlineData("Tesla V100-SXM2-16GB", 70)]
    [InlineData("NVIDIA GeForce RTX 4090", 89)]
    [InlineData("NVIDIA GeForce RTX 3090 Ti", 86)]
    [InlineData("NVIDIA B200", 100)]
    [InlineData("NVIDIA GB300", 103)]
    [InlineData("sm_90", 90)]
    public void Device_names_give_the_compute_capability(string device, int capability)
    {
        StepPlatform platform = StepPlatform.Of(Bare with { Device = device });

        platform.ComputeCapability.Should().Be(capability);
        platform.Device.Should().Be(DeviceKind.NvidiaGpu);
    }

    [Theory]
    [InlineData("NVIDIA Something 9000", DeviceKind.NvidiaGpu)]
    [InlineData("AMD Instinct MI300X", DeviceKind.OtherGpu)]
    [InlineData("AMD EPYC 9R14", DeviceKind.Processor)]
    [InlineData("Intel(R) Xeon(R) Platinum 8488C", DeviceKind.Processor)]
    [InlineData("Apple M2 Ultra", DeviceKind.Unknown)]
    [InlineData("cpu/vector512", DeviceKind.Unknown)]
    public void Other_names_give_no_capability(string device, DeviceKind kind)
    {
        StepPlatform platform = StepPlatform.Of(Bare with { Device = device });

        platform.Device.Should().Be(kind);
        platform.ComputeCapability.Should().BeNull();
    }

    [Theory]
    [InlineData("cublaslt", "13.1.1", "13.1")]
    [InlineData("cublas", "12.8.5.7", "12.8")]
    [InlineData("cublasLt", "120805", "12.8")]
    [InlineData("cublaslt", "130101", "13.1")]
    [InlineData("cublaslt", "soon", null)]
    [InlineData("cuda", "13.1", null)]
    public void The_librarys_version_is_read_from_both_spellings(string name, string version, string? expected) =>
        StepPlatform.Of(Bare with { LibraryVersions = new ValueMap([new(name, version)]) }).CublasLtVersion.Should().Be(expected);

    [Fact]
    public void The_stack_is_the_engine_and_not_what_it_is_built_on()
    {
        StepPlatform.Of(Bare with { LibraryVersions = new ValueMap([new("torch", "2.10"), new("vllm", "0.20")]) }).Stack.Should().Be("vllm");
        StepPlatform.Of(Bare with { LibraryVersions = new ValueMap([new("torch", "2.10")]) }).Stack.Should().Be("torch");
        StepPlatform.Of(Bare with { LibraryVersions = new ValueMap([new("nccl", "2.30")]) }).Stack.Should().BeNull();
        StepPlatform.Of(Bare, "sglang").Stack.Should().Be("sglang");
    }

    [Fact]
    public void The_workspace_is_what_was_given_or_free_whichever_is_less()
    {
        StepPlatform.Of(Bare with { WorkspaceBytes = 5, WorkspaceFreeBytes = 7 }).WorkspaceLimitBytes.Should().Be(5);
        StepPlatform.Of(Bare with { WorkspaceBytes = 9, WorkspaceFreeBytes = 7 }).Should().BeEquivalentTo(new { WorkspaceLimitBytes = 7L, WorkspaceEvidence = "workspace_free_bytes" });
        StepPlatform.Of(Bare).WorkspaceLimitBytes.Should().BeNull();

        // One variable leaves the other library's default open, so it bounds nothing. ":16:8" is 8 buffers of 16 KiB, CUBLASLT_WORKSPACE_SIZE is in KiB.
        StepPlatform.Of(Bare with { Environment = new ValueMap([new("CUBLAS_WORKSPACE_CONFIG", ":16:8")]) }).WorkspaceLimitBytes.Should().BeNull();
        StepPlatform.Of(Bare with { Environment = new ValueMap([new("CUBLAS_WORKSPACE_CONFIG", ":16:8"), new("CUBLASLT_WORKSPACE_SIZE", "1")]) }).WorkspaceLimitBytes.Should().Be(131_072);
        StepPlatform.Of(Bare with { Environment = new ValueMap([new("CUBLAS_WORKSPACE_CONFIG", ":4096:2:16:8"), new("CUBLASLT_WORKSPACE_SIZE", "32768")]) }).WorkspaceLimitBytes.Should().Be(33_554_432);
        StepPlatform.Of(Bare with { Environment = new ValueMap([new("CUBLAS_WORKSPACE_CONFIG", "16:8"), new("CUBLASLT_WORKSPACE_SIZE", "1")]) }).WorkspaceLimitBytes.Should().BeNull();
    }
}
