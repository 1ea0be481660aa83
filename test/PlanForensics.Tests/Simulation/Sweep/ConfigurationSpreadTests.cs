using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Simulation.Batching;
using PlanForensics.Simulation.Sweep;
using Xunit;

namespace PlanForensics.Tests.Simulation.Sweep;

public sealed class ConfigurationSpreadTests
{
    /// <summary>
    /// Two prompts, three configurations. Prompt 1: answers 5 6 7, 5 6 8 9, 5 6 7: lengths 3, 4, 3 have mean 10/3 and deviation sqrt((1/9 + 4/9 + 1/9) / 2) = 0.57735; they part at index 2. Prompt 2: three times 1 2:
    /// deviation 0, no divergence. Lengths: (0.57735 + 0) / 2. Probabilities before the parting: prompt 1 has .5 .6 .7 (deviation .1) and .9 .9 .9 (0); prompt 2 has .2 .2 .5 (mean .3, sqrt(.06 / 2) = .173205) and 0:
    /// the average of four is .0683013. Scores 1 0 1 and 1 1 0: accuracies 1, .5, .5 have mean 2/3 and deviation sqrt((1/9 + 1/36 + 1/36) / 2) = .288675.
    /// </summary>
    [Fact]
    public void Metrics_by_hand()
    {
        SpreadMetrics metrics = ConfigurationSpread.MetricsOf(
            [
                [Answer([5, 6, 7], .5, .9, .4), Answer([5, 6, 8, 9], .6, .9, .1, .1), Answer([5, 6, 7], .7, .9, .4)],
                [Answer([1, 2], .2, .8), Answer([1, 2], .2, .8), Answer([1, 2], .5, .8)],
            ],
            [[1, 0, 1], [1, 1, 0]]);

        metrics.Accuracies.Should().Equal(1, .5, .5);
        metrics.StdAccuracy.Should().BeApproximately(.288675, 1e-6);
        metrics.StdOutputLength.Should().BeApproximately(.57735 / 2, 1e-6);
        metrics.DivergingPrompts.Should().Be(1);
        metrics.DivergenceIndex.Should().Be(2);
        metrics.StdTopProbability.Should().BeApproximately((.1 + .173205) / 4, 1e-6);
        metrics.UniqueAnswers.Should().Be(1.5);
    }

    [Fact]
    public void An_answer_that_is_the_beginning_of_another_diverges_at_its_end() =>
        ConfigurationSpread.MetricsOf([[Answer([5], .5), Answer([5, 6], .5, .5)]], null).Should().BeEquivalentTo(new { DivergingPrompts = 1, DivergenceIndex = 1.0, StdAccuracy = (double?)null });

    [Fact]
    public void Ranks_spread_answers_and_one_plan_gives_one()
    {
        SweepPrompt[] prompts = [SweepModel.Prompt("And the king said"), SweepModel.Prompt("Woe unto the")];
        SpreadConfiguration[] configurations = [.. SpreadConfiguration.Twelve.Where(item => item.Profile == "sm90_lt13_1")];

        SpreadResult result = ConfigurationSpread.Run(
            SweepModel.Runner(40), SweepModel.Shape, new DeviceModel(), prompts, (prompt, answer) => answer.Count > 20 ? 1 : 0, configurations);

        SpreadConfiguration.Twelve.Should().HaveCount(12).And.OnlyHaveUniqueItems();
        result.LoadDependent.StdTopProbability.Should().BePositive();
        result.Pinned.Should().BeEquivalentTo(new { StdOutputLength = 0.0, DivergingPrompts = 0, StdTopProbability = 0.0, UniqueAnswers = 1.0, StdAccuracy = 0.0 });
        result.LoadDependent.Accuracies.Should().HaveCount(6);
        result.Prompts.Should().OnlyContain(prompt => prompt.IsExplained && prompt.Samples == 6);
        FluentActions.Invoking(() => ConfigurationSpread.Run(SweepModel.Runner(2), SweepModel.Shape, new DeviceModel(), prompts, configurations: [new SpreadConfiguration("sm90_lt13_1", 3, 8)]))
            .Should().Throw<ArgumentException>().WithMessage("3 ranks*");
    }

    private static PathOutcome Answer(int[] tokens, params double[] probabilities) =>
        new(tokens.ToValueList(), [], [], [], probabilities.ToValueList());
}
