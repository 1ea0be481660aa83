using FluentAssertions;
using PlanForensics.Attribution;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using Xunit;
using static PlanForensics.Tests.Attribution.AttributionSetting;

namespace PlanForensics.Tests.Attribution;

public sealed class LayerDriftTests
{
    private static readonly PlanSchedule Sequential = Schedule("sequential_fma");

    private static readonly PlanSchedule Other = Sequential.With(
        "down_proj of layer 1 in four slices", [new PlanRule(null, 1, OperatorRole.DownProjection, PlanCatalog.Gemms["split_k4"])]);

    private static readonly ExecutionContract Recorded = Record(Sequential);

    [Fact]
    public void A_plan_does_not_drift_from_itself()
    {
        LayerDriftResult drift = Between(Sequential, Sequential);

        drift.Cells.Should().HaveCount(6 * (3 + 1)).And.OnlyContain(cell => cell.DifferentElements == 0 && cell.MaxUlps == 0);
        drift.FirstDifferent.Should().BeNull();
        drift.Ending.Should().Contain("all 6 steps");
    }

    /// <summary>Only layer 1's down projection runs another program, so that layer 0 of the first step cannot differ. From the second step on, neither can it, since its keys are its own.</summary>
    [Fact]
    public void A_drift_begins_where_the_plans_first_differ()
    {
        LayerDriftResult drift = Between(Sequential, Other);

        drift.Cells.Where(cell => cell.Layer == 0).Should().OnlyContain(cell => cell.DifferentElements == 0);
        drift.Cells.Where(cell => cell.Layer == 1).Should().Contain(cell => cell.DifferentElements > 0);
        drift.FirstDifferent!.Value.Layer.Should().Be(1);
    }

    /// <summary>The independent oracle: the hashes of hidden states that a replay records for each layer.</summary>
    [Fact]
    public void Cells_differ_exactly_where_the_hashes_of_hidden_states_do()
    {
        ContractReplayOptions hashes = new() { HiddenStateHashes = true };
        ExecutionContract a = ContractReplay.Run(Engine(0), Model, Recorded, Sequential, hashes);
        ExecutionContract b = ContractReplay.Run(Engine(0), Model, Recorded, Other, hashes);

        LayerDriftResult drift = Between(Sequential, Other);

        bool[] expected =
        [
            .. a.Steps.Zip(b.Steps).SelectMany(pair => pair.First.Observation.HiddenStateHashes!.Zip(pair.Second.Observation.HiddenStateHashes!)
                .Select(hash => hash.First.Sha256 != hash.Second.Sha256).Append(pair.First.Observation.LogitsHash != pair.Second.Observation.LogitsHash)),
        ];
        drift.Cells.Select(cell => cell.DifferentElements > 0).Should().Equal(expected);
        expected.Should().Contain(true).And.Contain(false);
    }

    [Fact]
    public void The_number_of_steps_is_bounded_and_the_bound_is_said()
    {
        LayerDriftResult drift = LayerDrift.Between(Engine(), Model, Recorded, Sequential, Recorded, Schedule("split_k4"), new LayerDriftOptions { MaximumSteps = 2 });

        (drift.StepsReplayed, drift.Cells.Count).Should().Be((2, 8));
        drift.Ending.Should().Be("the first 2 steps were compared, as asked; 4 more were recorded");
    }

    [Fact]
    public void It_ends_where_the_sides_chose_different_tokens()
    {
        ExecutionContract other = Map(Recorded, step => step.State.StepIndex != 2 ? step : step with { Observation = step.Observation with { ChosenToken = (step.Observation.ChosenToken + 1) % 67 } });

        LayerDriftResult drift = LayerDrift.Between(Engine(), Model, Recorded, Sequential, other, Sequential);

        drift.StepsReplayed.Should().Be(3);
        drift.Ending.Should().Contain("step 2 chose different tokens");
    }

    [Fact]
    public void Recordings_of_other_requests_are_refused()
    {
        ExecutionContract other = GreedyRecording.Run(Engine(0), Model, "other", [3, 17, 5], Sequential, 2, 1);

        Action act = () => LayerDrift.Between(Engine(), Model, Recorded, Sequential, other, Sequential);

        act.Should().Throw<ContractReplayException>().WithMessage("*saw other tokens*");
    }

    private static LayerDriftResult Between(PlanSchedule a, PlanSchedule b) => LayerDrift.Between(Engine(), Model, Recorded, a, Recorded, b);
}
