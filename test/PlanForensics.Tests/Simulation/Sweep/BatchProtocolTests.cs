using FluentAssertions;
using PlanForensics.Simulation.Batching;
using PlanForensics.Simulation.Dispatch;
using PlanForensics.Simulation.Sweep;
using Xunit;

namespace PlanForensics.Tests.Simulation.Sweep;

public sealed class BatchProtocolTests
{
    private static readonly DispatchRules Rules = new(SweepModel.Shape, new DeviceModel());

    private static readonly SweepPrompt[] Prompts = [SweepModel.Prompt("Behold, I will"), SweepModel.Prompt("Now the sons of")];

    [Fact]
    public void Fifty_batch_sizes_give_more_than_one_answer_and_exactly_one_when_pinned()
    {
        ProtocolResult result = BatchProtocol.Run(SweepModel.Runner(64), Rules, new DeviceModel(), ProtocolMode.Single, Prompts);

        result.Differs.Should().BeTrue();
        result.LoadDependent.Should().Contain(prompt => prompt.UniqueCount > 1);
        result.Pinned.Should().OnlyContain(prompt => prompt.UniqueCount == 1);
        result.LoadDependent.Concat(result.Pinned).Should().OnlyContain(prompt => prompt.Samples == 1275 && prompt.IsExplained, "1 + 2 + .. + 50");
        foreach (ProtocolPrompt prompt in result.LoadDependent)
        {
            prompt.Groups.SelectMany(group => group.Paths).Should().OnlyHaveUniqueItems("a group is explained by its plans");
            prompt.Groups.SelectMany(group => group.BatchSizes).Order().Should().Equal(Enumerable.Range(1, 50));
        }
    }

    [Fact]
    public void Mixed_and_prefix_follow_the_original_s_counts()
    {
        PathRunner runner = SweepModel.Runner(4);
        ProtocolResult mixed = BatchProtocol.Run(runner, Rules, new DeviceModel(), ProtocolMode.Mixed, Prompts, trials: 14);
        ProtocolResult prefix = BatchProtocol.Run(runner, Rules, new DeviceModel(), ProtocolMode.Prefix, Prompts, trials: 14);

        // Trial i has i requests; a long prompt only in batches above 10, at least one of the first.
        mixed.LoadDependent.Sum(prompt => prompt.Samples).Should().Be(105);
        mixed.LoadDependent.Single(prompt => prompt.Name == "long prompt").Groups.SelectMany(group => group.BatchSizes).Should().OnlyContain(batch => batch > 10);
        mixed.LoadDependent[0].Groups.SelectMany(group => group.BatchSizes).Distinct().Should().HaveCount(14);
        prefix.LoadDependent.Sum(prompt => prompt.Samples).Should().Be(105);
        prefix.LoadDependent.Select(prompt => prompt.Name).Should().StartWith("prefix of 1");
        mixed.Pinned.Concat(prefix.Pinned).Should().OnlyContain(prompt => prompt.UniqueCount == 1);
        FluentActions.Invoking(() => BatchProtocol.Run(runner, Rules, new DeviceModel(), ProtocolMode.Mixed, Prompts[..1])).Should().Throw<ArgumentException>().WithMessage("*two prompts*");
    }
}
