using FluentAssertions;
using Xunit;

namespace PlanForensics.Tests.Readme;

/// <summary>Runs the sample of assertions as a user would; its findings are the same on every machine.</summary>
[Collection(SampleBuilds.Name)]
public sealed class AssertSampleTests
{
    [Fact]
    public async Task The_sample_shows_what_holds_and_what_reads_like_a_finding()
    {
        (int exitCode, string output, string errors) = await SampleRun.Of("samples/06-assert-in-a-test.cs");
        exitCode.Should().Be(0, errors);
        string[] lines = [.. output.Split('\n').Select(line => line.TrimEnd())];
        lines.Should().ContainInOrder(
            "bits: Expected logits to have the bits of the expected values because the order of a sum is part of the contract, but 2 of 2 elements differ",
            "  first       [0] 2 (0x40000000) expected, 1 (0x3F800000) found, 8388608 ulps of fp32",
            "ulps: holds", "zeros: holds", "order: holds",
            "  terms       0 and 1 meet in a sum of 64 terms; 2 expected",
            "  plan class  alone: gemm split_k=4",
            "pinned: holds",
            "  token       843 under sequential_fma, 865 under split_k4_bf16_staging");
        output.Should().Contain("trace: Expected after to choose the tokens of the other trace, but step 1 flips the token").And.Contain("planforensics bisect prompt-1-sequential_fma");
    }
}
