using FluentAssertions;
using PlanForensics.Identification;
using Xunit;

namespace PlanForensics.Tests.Identification;

public sealed class LayerNormIdentificationTests
{
    [Theory]
    [InlineData(100)]
    [InlineData(288)]
    [InlineData(1000)]
    public void PyTorch_s_recorded_layer_norm_is_named_in_full(int width)
    {
        IdentificationResult result = OperatorIdentification.Default.Identify(RecordedRows.LayerNorm(width));
        result.Verdict.Should().Be(IdentificationVerdict.Identified);
        result.Plans.Should().ContainSingle().Which.Should().Match<ScoredPlan>(plan => plan.Plan == "layer_norm" && plan.Reproduced == 32 * width);
        result.RunnerUp!.Reproduced.Should().BeLessThan(32 * width * 4 / 5);
    }

    [Fact]
    public void One_wrong_bit_leaves_the_layer_norm_unexplained()
    {
        IdentificationResult result = OperatorIdentification.Default.Identify(RecordedRows.Spoilt(RecordedRows.LayerNorm(288), "x"));
        result.Verdict.Should().Be(IdentificationVerdict.Unexplained);
        result.Plans[0].Reproduced.Should().Be((32 * 288) - 1);
    }
}
