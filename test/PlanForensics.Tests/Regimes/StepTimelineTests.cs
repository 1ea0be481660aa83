using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Plans;
using PlanForensics.Regimes;
using PlanForensics.Store;
using PlanForensics.Tests.Store;
using Xunit;

namespace PlanForensics.Tests.Regimes;

public sealed class StepTimelineTests
{
    [Fact]
    public void A_step_that_two_requests_recorded_counts_once()
    {
        StepTimeline timeline = StepTimeline.Of(
            Records.Contract("a", [Records.Quiet(0), Records.Quiet(1) with { BatchSize = 2, QueueTimeMs = 3 }]),
            Records.Contract("b", [Records.Quiet(0) with { StartedAt = Records.Start.AddMilliseconds(10), BatchFingerprint = "b1", BatchSize = 2, QueueTimeMs = 7 }]));
        timeline.RowCount.Should().Be(3);
        timeline.Steps.Should().HaveCount(2);
        timeline.Steps[1].Members.Select(member => (member.RequestId, member.StepIndex, member.QueueTimeMs)).Should().Equal(("a", 1, 3.0), ("b", 0, 7.0));
        timeline.Steps[1].Index.Should().Be(1);
        timeline.Steps[1].State.Should().Be(Records.Quiet(1) with { BatchSize = 2, QueueTimeMs = 3 });
        timeline.DisagreeingSteps.Should().Be(0);
    }

    [Fact]
    public void Fingerprints_that_repeat_without_times_join_by_occurrence()
    {
        StepState State(int step, string batch) => Records.Quiet(step) with { StartedAt = null, BatchFingerprint = batch };
        StepTimeline timeline = StepTimeline.Of(
            Records.Contract("a", [State(0, "a"), State(1, "ab"), State(2, "ab"), State(3, "ab")]),
            Records.Contract("b", [State(0, "b"), State(1, "ab"), State(2, "ab")]));
        timeline.Steps.Select(step => string.Join(' ', step.Members.Select(member => $"{member.RequestId}{member.StepIndex}"))).Should().Equal("a0", "b0", "a1 b1", "a2 b2", "a3");
    }

    [Fact]
    public void A_coarse_clock_does_not_join_steps_of_one_request()
    {
        StepTimeline timeline = StepTimeline.Of(
            Records.Contract("a", [.. Enumerable.Range(0, 4).Select(step => Records.Quiet(step) with { StartedAt = Records.Start.AddSeconds(step / 2), BatchFingerprint = "ab" })]),
            Records.Contract("b", [.. Enumerable.Range(0, 4).Select(step => Records.Quiet(step) with { StartedAt = Records.Start.AddSeconds(step / 2), BatchFingerprint = "ab" })]));
        timeline.Steps.Should().HaveCount(4).And.AllSatisfy(step => step.MemberCount.Should().Be(2));
        timeline.Steps.Select(step => step.Members[0].StepIndex).Should().Equal(0, 1, 2, 3);
        timeline.Contradictions.Should().Be(0);
    }

    [Fact]
    public void Ranks_of_an_iteration_share_its_index()
    {
        StepTimeline timeline = StepTimeline.Of(Records.Contract("a", [
            Records.Quiet(0), Records.Quiet(0, 1) with { StartedAt = Records.Start.AddMilliseconds(2) }, Records.Quiet(1), Records.Quiet(1, 1)]));
        timeline.Steps.Select(step => (step.Index, step.Rank)).Should().Equal((0, 0), (0, 1), (1, 0), (1, 1));
        timeline.Lanes.Select(lane => lane.ToString()).Should().Equal("rank 0", "rank 1");
        timeline.Lanes[1].Steps.Select(step => step.StartedAt).Should().Equal(Records.Start.AddMilliseconds(2), Records.Start.AddMilliseconds(10));
    }

    [Fact]
    public void Equal_batches_of_two_replicas_are_two_steps()
    {
        StepTimeline timeline = StepTimeline.Of(Records.Contract("a", [Records.Quiet(0)], "r1"), Records.Contract("b", [Records.Quiet(0)], "r0"));
        timeline.Steps.Should().HaveCount(2);
        timeline.Lanes.Select(lane => lane.Replica).Should().Equal("r0", "r1");
        timeline.Steps.Should().AllSatisfy(step => step.Index.Should().Be(0));
    }

    [Fact]
    public void A_request_s_own_order_holds_against_its_times()
    {
        StepTimeline timeline = StepTimeline.Of(Records.Contract("a", [
            Records.Quiet(0) with { StartedAt = Records.Start.AddSeconds(5) }, Records.Quiet(1) with { StartedAt = Records.Start }, Records.Quiet(2)]));
        timeline.Steps.Select(step => step.Members[0].StepIndex).Should().Equal(0, 1, 2);
        timeline.Contradictions.Should().Be(1);
    }

    [Fact]
    public void Opposite_orders_are_told_and_lose_nothing()
    {
        StepState State(int step, string batch) => Records.Quiet(step) with { StartedAt = null, BatchFingerprint = batch };
        StepTimeline timeline = StepTimeline.Of(Records.Contract("a", [State(0, "x"), State(1, "y")]), Records.Contract("b", [State(0, "y"), State(1, "x")]));
        timeline.Steps.Should().HaveCount(2);
        timeline.Contradictions.Should().BePositive();
    }

    [Fact]
    public void What_requests_disagree_on_is_told_and_the_worst_counts_in_either_order()
    {
        ExecutionContract a = Records.Contract("a", [Records.Quiet(0) with { BatchFingerprint = "x", VramFreeMb = 500, GpuTimeMs = 9 }]);
        ExecutionContract b = Records.Contract("b", [Records.Quiet(0) with { BatchFingerprint = "x", VramFreeMb = 400, GpuTimeMs = 8, AlgorithmId = "66" }]);
        foreach (StepTimeline timeline in new[] { StepTimeline.Of(a, b), StepTimeline.Of(b, a) })
        {
            EngineStep step = timeline.Steps.Should().ContainSingle().Subject;
            (step.VramFreeMb, step.GpuTimeMs, timeline.DisagreeingSteps).Should().Be((400, 9, 1));
            step.Profiles.Select(profile => profile.AlgorithmId).Should().Equal("21", "66");
        }
    }

    [Fact]
    public void A_store_streams_what_the_contracts_say()
    {
        ExecutionContract[] contracts =
        [
            Records.Contract("a", [.. Enumerable.Range(0, 5).Select(step => Records.Quiet(step) with
            {
                PaddedBatch = 2, BatchTokens = 3, KvRegime = "paged", WorkspaceFreeBytes = 1L << 33, KvPoolUsedMb = 0, AdmissionTimeMs = 0.5, FallbackCount = 1, DequantizeCount = 2, RequantizeCount = 3,
                L2HitRate = 0.25, Collective = new CollectiveState { Type = "ring", CommTimeMs = 0.75, RankSkewMs = 0.125, EffectiveBandwidthGbPerS = 200, Retransmits = 4 },
            })], "r0"),
            Records.Contract("b", [new StepState { StepIndex = 0, Phase = ExecutionPhase.Prefill, Shape = new StepShape { QueryLength = 7, KeyLength = 7 } }]),
        ];
        using TemporaryFolder folder = new();
        using ContractStore store = ContractStore.Open(folder.File("t.db"));
        foreach (ExecutionContract contract in contracts)
            store.Write(contract);
        StepTimeline streamed = StepTimeline.Read(store);
        StepTimeline direct = StepTimeline.Of(contracts);
        streamed.Steps.Select(step => step.State).Should().Equal(direct.Steps.Select(step => step.State));
        ContractStep[] a = [.. contracts[0].Steps];
        streamed.Steps.Select(step => step.State).Should().Equal([a[0].State, contracts[1].Steps[0].State, .. a[1..].Select(step => step.State)]);
    }
}
