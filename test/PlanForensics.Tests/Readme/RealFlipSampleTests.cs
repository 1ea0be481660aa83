using FluentAssertions;
using Xunit;

namespace PlanForensics.Tests.Readme;

/// <summary>Runs the sample of the recorded flip as a user would.</summary>
[Collection(SampleBuilds.Name)]
public sealed class RealFlipSampleTests
{
    [Fact]
    public async Task The_sample_reproduces_all_logits_and_names_the_plans_of_both_sides()
    {
        (int exitCode, string output, string errors) = await SampleRun.Of("samples/02-real-flip.cs", SharedData.PathOf("peers"));
        exitCode.Should().Be(0, errors);
        output.Should().Contain("20 of 20 recorded logits reproduced to the bit");
        // The four patterns of the record: 1082807290, 1082807287 and twice 1082807288.
        output.Should().Contain("logit of token 21059: 4.32275105 (0x408A53FA)").And.Contain("logit of token  2214: 4.32274961 (0x408A53F7)");
        output.Should().Contain("logit of token 21059: 4.32275009 (0x408A53F8)").And.Contain("logit of token  2214: 4.32275009 (0x408A53F8)");
        output.Should().Contain("M2_t1, M2_t2: gemm step=muladd lanes=4 start=zero").And.Contain("M16_t2: gemm k_block=144 start=zero");
        output.Should().Contain("ahead by 3 ulps").And.Contain("2.4 ulps apart");
    }

    [Fact]
    public async Task Without_the_recording_it_says_what_it_needs()
    {
        (int exitCode, string output, string errors) = await SampleRun.Of("samples/02-real-flip.cs", Path.Combine(Path.GetTempPath(), "no-such-recording"));
        exitCode.Should().Be(3);
        output.Should().BeEmpty();
        errors.Should().Contain("There is no recorded flip at").And.Contain("dotnet run samples/02-real-flip.cs FOLDER");
    }
}
