using FluentAssertions;
using PlanForensics.Attribution;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Replay;
using Xunit;
using static PlanForensics.Tests.Attribution.AttributionSetting;

namespace PlanForensics.Tests.Attribution;

public sealed class StabilityBudgetTests
{
    private static readonly PlanSchedule Base = Schedule("sequential_fma", NumericFormat.Bf16, NumericFormat.Fp32);
    private static readonly PlanSchedule Coarse = Schedule("split_k4_bf16_staging", NumericFormat.Bf16, NumericFormat.Fp32);

    private static ExecutionContract Run(int[] prompt, int steps = 5) => GreedyRecording.Run(Engine(0), Model, string.Join(' ', prompt), prompt, Base, steps);

    [Fact]
    public void A_spread_is_the_change_of_the_margin_that_a_class_makes()
    {
        ExecutionContract recorded = Run([3, 17, 5, 40], steps: 3);
        float[] own = recorded.Steps[1].Observation.FullLogits!.ToFp32();
        float[] other = ContractReplay.Run(Engine(0), Model, recorded, Coarse).Steps[1].Observation.FullLogits!.ToFp32();

        StabilityBudget budget = StabilityBudget.Measure(Engine(), Model, recorded, [Base, Coarse], cancellation: TestContext.Current.CancellationToken);

        StabilityStep step = budget.Steps[1];
        (int t1, int t2) = (step.Margin.Top1.Token, step.Margin.Top2.Token);
        step.Margin.Margin.Should().Be((double)own[t1] - own[t2]);
        step.Spread.Should().Be(Math.Abs((double)other[t1] - other[t2] - ((double)own[t1] - own[t2]))).And.BePositive();
        long gap = UlpDistance.Between(other[t1], other[t2]) * Math.Sign(other[t1] - other[t2]);
        step.SpreadUlps.Should().Be(Math.Abs(gap - step.Margin.Ulps));
        step.SpreadClass.Should().Be(1);
        step.Ratio.Should().Be(step.Margin.Margin / step.Spread);
        budget.Base.Should().Be("recording");
    }

    [Fact]
    public void The_base_plan_alone_uses_up_nothing()
    {
        StabilityBudget budget = StabilityBudget.Measure(Engine(), Model, Run([3, 17, 5, 40]), [Base], cancellation: TestContext.Current.CancellationToken);

        budget.Steps.Should().HaveCount(5).And.OnlyContain(step => step.Flag == StabilityFlag.Stable && step.Spread == 0 && step.SpreadClass == null);
        budget.LeastRatio.Should().Be(double.PositiveInfinity);
    }

    [Fact]
    public void Steps_end_with_the_first_flip()
    {
        StabilityBudget budget = StabilityBudget.Measure(Engine(), Model, Run([24, 32, 54, 23, 6], steps: 8), [Base, Coarse], cancellation: TestContext.Current.CancellationToken);

        budget.FirstFlipStep.Should().Be(3);
        budget.Steps[^1].Flag.Should().Be(StabilityFlag.Flips);
        budget.Steps[^1].FlippingClasses.Should().Equal(1);
        budget.Steps.SkipLast(1).Should().OnlyContain(step => step.Flag != StabilityFlag.Flips);
        budget.LeastRatio.Should().BeLessThanOrEqualTo(1);
    }

    [Fact]
    public void A_recording_of_hashes_takes_its_margins_from_a_replay()
    {
        ExecutionContract recorded = Run([3, 17, 5, 40]);

        StabilityBudget full = StabilityBudget.Measure(Engine(), Model, recorded, [Coarse, Base], cancellation: TestContext.Current.CancellationToken);
        StabilityBudget hashed = StabilityBudget.Measure(
            Engine(), Model, HashesOnly(recorded), [Coarse, Base], new StabilityOptions { Base = Base }, cancellation: TestContext.Current.CancellationToken);

        hashed.Base.Should().Be(Base.Name);
        hashed.Steps.Select(step => (step.StepIndex, step.Spread, step.SpreadUlps)).Should().Equal(full.Steps.Select(step => (step.StepIndex, step.Spread, step.SpreadUlps)));
    }

    [Fact]
    public void A_risk_surface_lists_the_most_endangered_prompt_first()
    {
        var prompts = new Dictionary<string, int[]> { ["calm"] = [3, 17, 5, 40], ["flips"] = [24, 32, 54, 23, 6], ["third"] = [9, 9, 1] };

        RiskSurface surface = RiskSurface.MeasurePrompts(Engine(), Model, prompts, Base, 5, [Base, Coarse], cancellation: TestContext.Current.CancellationToken);

        surface.Budgets.Select(budget => budget.LeastRatio).Should().BeInAscendingOrder();
        surface.Budgets[0].RequestId.Should().Be("flips");
        surface.Flipping.Select(budget => budget.RequestId).Should().Equal("flips");
    }
}
