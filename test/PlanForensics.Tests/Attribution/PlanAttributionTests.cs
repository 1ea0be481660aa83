using FluentAssertions;
using PlanForensics.Attribution;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using Xunit;
using static PlanForensics.Tests.Attribution.AttributionSetting;

namespace PlanForensics.Tests.Attribution;

public sealed class PlanAttributionTests
{
    [Theory]
    [InlineData("split_k4")]
    [InlineData("gemv_warp32")]
    [InlineData("sequential_muladd")]
    [InlineData("hopper_mma")]
    public void A_planted_plan_is_identified_among_the_catalogue(string planted)
    {
        AttributionVerdict verdict = PlanAttribution.Run(Engine(), Model, Record(Schedule(planted)), Catalogue(), cancellation: TestContext.Current.CancellationToken);

        verdict.State.Should().Be(AttributionState.Identified, verdict.Explanation);
        verdict.Evidence.Should().Be(EvidenceKind.Logits);
        verdict.Found!.Class.Members.Should().Contain(planted);
        verdict.Found.MaxUlps.Should().Be(0);
        verdict.Found.StepsEqual.Should().Be(6);
        verdict.Found.ReproducesTokens.Should().BeTrue();
        verdict.Controls!.AllPassed.Should().BeTrue();
        verdict.Classes.Count.Should().BeGreaterThanOrEqualTo(12);
        verdict.Classes.Sum(item => item.Class.Members.Count).Should().Be(PlanCatalog.Gemms.Count);
        verdict.Classes.Where(item => item != verdict.Found).Should().OnlyContain(item => item.FirstDifferentStep != null && item.MaxUlpsAtFirst > 0 && item.DifferentElementsAtFirst > 0);
    }

    [Fact]
    public void Hashes_alone_identify_the_plan()
    {
        ExecutionContract recorded = HashesOnly(Record(Schedule("split_k8")));

        AttributionVerdict verdict = PlanAttribution.Run(Engine(), Model, recorded, Catalogue(), cancellation: TestContext.Current.CancellationToken);

        verdict.State.Should().Be(AttributionState.Identified, verdict.Explanation);
        verdict.Evidence.Should().Be(EvidenceKind.LogitsHash);
        verdict.Found!.Class.Members.Should().Contain("split_k8");
        verdict.Classes.Should().OnlyContain(item => item.MaxUlps == null);
    }

    [Fact]
    public void Tokens_alone_are_weak_evidence_and_leave_several_classes()
    {
        ExecutionContract recorded = TokensOnly(Record(Schedule("split_k4")));

        AttributionVerdict verdict = PlanAttribution.Run(Engine(), Model, recorded, Catalogue(), cancellation: TestContext.Current.CancellationToken);

        verdict.IsWeak.Should().BeTrue();
        verdict.Comparison.Should().Be(AttributionState.Ambiguous);
        verdict.Caveats.Should().Contain(caveat => caveat.Contains("only tokens"));
        verdict.Matching.Select(index => verdict.Classes[index]).Should().Contain(item => item.Class.Members.Contains("split_k4"));
    }

    [Fact]
    public void A_plan_that_is_no_candidate_is_unexplained_with_the_nearest()
    {
        ExecutionContract recorded = Record(new PlanSchedule("planted", PlanCatalog.Uniform(new GemmPlan { SplitK = 3 }, NumericFormat.Fp32)));

        AttributionVerdict verdict = PlanAttribution.Run(Engine(), Model, recorded, Catalogue(), cancellation: TestContext.Current.CancellationToken);

        verdict.State.Should().Be(AttributionState.Unexplained);
        verdict.Matching.Should().BeEmpty();
        verdict.Nearest.Should().HaveCount(verdict.Classes.Count);
        ClassComparison nearest = verdict.Classes[verdict.Nearest[0]];
        nearest.MaxUlpsAtFirst.Should().Be(verdict.Classes.Min(item => item.MaxUlpsAtFirst));
        verdict.Controls!.AllPassed.Should().BeTrue();
    }
}
