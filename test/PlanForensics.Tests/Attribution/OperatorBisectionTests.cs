using FluentAssertions;
using PlanForensics.Attribution;
using PlanForensics.Contracts;
using PlanForensics.Plans;
using PlanForensics.Replay;
using Xunit;
using static PlanForensics.Tests.Attribution.AttributionSetting;

namespace PlanForensics.Tests.Attribution;

public sealed class OperatorBisectionTests
{
    private static readonly GemmPlan Changed = PlanCatalog.Gemms["split_k4"];

    private static PlanSchedule WithChanged(params (int? Layer, OperatorRole Role)[] operators) => new(
        "changed", Plan("sequential_fma").With(operators.Select(item => new PlanRule(null, item.Layer, item.Role, Changed))));

    private static BisectionResult Bisect(PlanSchedule a, PlanSchedule b, BisectionTarget target = BisectionTarget.Bits, IReplayEngine? engine = null)
    {
        ExecutionContract recorded = Record(a, steps: 3);
        return OperatorBisection.Run(
            engine ?? Engine(), Model, recorded, a, recorded, b, new BisectionOptions { Target = target }, cancellation: TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Only_operators_that_run_other_programs_are_searched()
    {
        BisectionResult result = Bisect(Schedule("sequential_fma"), WithChanged((1, OperatorRole.DownProjection), (0, OperatorRole.QueryProjection)));

        result.Searched.Should().Equal("layer 0 q_proj", "layer 1 down_proj");
        result.SameProgramCount.Should().Be(Model.Graph.Operators.Count - 2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Planted_operators_are_found_among_many_within_the_bound(int planted)
    {
        (int? Layer, OperatorRole Role)[] visible = [(1, OperatorRole.UpProjection), (0, OperatorRole.OutputProjection), (null, OperatorRole.LmHead)];
        PlanSchedule a = new("a", Hidden(Plan("sequential_fma"), "sequential_fma"));
        PlanSchedule b = new("b", Hidden(Plan("sequential_fma"), "split_k4").With(visible.Take(planted).Select(item => new PlanRule(null, item.Layer, item.Role, Changed))));

        BisectionResult result = Bisect(a, b);

        result.State.Should().Be(BisectionState.Found, result.Explanation);
        result.Searched.Count.Should().BeGreaterThan(8 + planted - 1);
        result.Groups.Count.Should().Be(planted);
        result.Operators.Select(item => (item.Layer < 0 ? (int?)null : item.Layer, item.Role)).Should().BeEquivalentTo(visible.Take(planted));
        result.Operators.Should().OnlyContain(item => item.IsSufficient && item.IsNecessary == (planted == 1) && item.PlanB == Changed.Text);
        result.SearchReplays.Should().BeLessThanOrEqualTo(result.ReplayBound);
        result.ReplayBound.Should().Be(SubsetSearch.Bound(result.Searched.Count, planted));
        result.HasInteraction.Should().BeFalse();
        result.Controls!.AllPassed.Should().BeTrue();
    }

    // An accumulator that starts at +0.0 differs from one that starts with the first product only where that product is -0.0: another program, equal bits on this input.
    private static ExecutionPlan Hidden(ExecutionPlan plan, string variant) => plan.With(
        from role in new[] { OperatorRole.QueryProjection, OperatorRole.KeyProjection, OperatorRole.ValueProjection }
        from layer in Enumerable.Range(0, Configuration.LayerCount)
        select new PlanRule(null, layer, role, new GemmPlan { StartsAtZero = variant == "split_k4" }));

    [Fact]
    public void Equal_plans_are_not_bisected()
    {
        BisectionResult result = Bisect(Schedule("sequential_fma"), Schedule("sequential_fma"));

        result.State.Should().Be(BisectionState.NotReproduced);
        result.Groups.Should().BeEmpty();
    }

    [Fact]
    public void Recordings_of_different_chunks_cannot_be_bisected()
    {
        PlanSchedule plan = Schedule("sequential_fma");
        ExecutionContract recorded = Record(plan, steps: 2);
        ExecutionContract shorter = Map(recorded, step => step with { State = step.State with { Shape = step.State.Shape with { KeyLength = step.State.Shape.KeyLength + 1, QueryLength = step.State.Shape.QueryLength + (step.State.StepIndex == 0 ? 1 : 0) } } });

        BisectionResult result = OperatorBisection.Run(Engine(), Model, recorded, plan, shorter, Schedule("split_k4"), cancellation: TestContext.Current.CancellationToken);

        result.State.Should().Be(BisectionState.NotPossible);
        result.Explanation.Should().Contain("cut alike");
    }

    [Fact]
    public void An_engine_that_does_not_repeat_itself_fails_the_control()
    {
        BisectionResult result = Bisect(Schedule("sequential_fma"), WithChanged((1, OperatorRole.DownProjection)), engine: new UnrepeatableEngine(Engine(0)));

        result.State.Should().Be(BisectionState.ControlFailed);
        result.Explanation.Should().Contain("does not repeat itself");
    }
}
