using System.Text.Json;
using CsCheck;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Regimes;
using Xunit;

namespace PlanForensics.Tests.Regimes;

public sealed class RegimeHistoryTests
{
    private static RegimeHistory Classify(params ExecutionContract[] contracts) => new RegimeClassifier().Classify(StepTimeline.Of(contracts));

    private static RegimeHistory Classify(params StepState[] states) => Classify(Records.Contract("a", states));

    [Fact]
    public void Every_transition_is_a_row_with_the_input_that_crossed()
    {
        RegimeHistory history = Classify(
            Records.Quiet(0),
            Records.Quiet(1) with { QueueTimeMs = 60 },
            Records.Quiet(2) with { VramFreeMb = 1000 },
            Records.Quiet(3) with { VramFreeMb = 1000, PagingActive = true },
            Records.Quiet(4) with { VramFreeMb = 1000, ReplicationPinnedMb = 500, CheckpointPinnedMb = 10, PagingActive = true },
            Records.Quiet(5) with { VramFreeMb = 1000, ReplicationPinnedMb = 500, CheckpointPinnedMb = 10, PagingActive = true, IsolationMode = "strict" },
            Records.Quiet(6));
        history.Transitions.Select(row => (row.Step.Index, row.From, row.To, row.Crossing.ToString())).Should().Equal(
            (1, Regime.Normal, Regime.QueueDegraded, "queue_p95_ms 1 -> 60 (limit 50)"),
            (2, Regime.QueueDegraded, Regime.MemoryPressured, "effective_free_mb 8192 -> 1000 (limit 1024), by vram_free_mb 8192 -> 1000"),
            (3, Regime.MemoryPressured, Regime.Paging, "paging_active false -> true"),
            (4, Regime.Paging, Regime.MemoryEvaporation, "effective_free_ratio 0.06103515625 -> 0.0299072265625 (limit 0.05), by replication_pinned_mb 0 -> 500"),
            (5, Regime.MemoryEvaporation, Regime.IsolationStrict, "isolation_mode none -> strict"),
            (6, Regime.IsolationStrict, Regime.Normal, "isolation_mode strict -> none"));
    }

    [Fact]
    public void Leaving_a_regime_names_the_input_that_fell_back()
    {
        RegimeHistory history = Classify(Records.Quiet(0) with { CheckpointPinnedMb = 8000 }, Records.Quiet(1) with { QueueTimeMs = 70 });
        history.Transitions.Should().ContainSingle().Which.Crossing.Should().Be(new RegimeCrossing(
            "effective_free_ratio", "0.01171875", "0.5", 0.05, MovedBy: new CrossingComponent("checkpoint_pinned_mb", 8000, 0)));
    }

    [Fact]
    public void The_percentile_of_the_queue_is_over_the_requests_of_the_step()
    {
        // 20 requests: rank ceil(0.95 * 20) = 19, so one slow request does not degrade the queue and two do.
        ExecutionContract[] Batch(int slow) =>
            [.. Enumerable.Range(0, 20).Select(request => Records.Contract($"r{request:00}", [Records.Quiet(0) with { QueueTimeMs = request < slow ? 90 : 10 }]))];
        RegimeHistory one = Classify(Batch(1));
        one.Timeline.Steps.Should().ContainSingle();
        one.RegimeOf(one.Timeline.Steps[0]).Should().Be(Regime.Normal);
        RegimeHistory two = Classify(Batch(2));
        two.RegimeOf(two.Timeline.Steps[0]).Should().Be(Regime.QueueDegraded);
        two.QueueP95Of(two.Timeline.Steps[0]).Should().Be(90);
    }

    [Fact]
    public void A_window_of_steps_keeps_the_percentile_of_its_last_steps()
    {
        StepState[] states = [.. Enumerable.Range(0, 6).Select(step => Records.Quiet(step) with { QueueTimeMs = step == 1 ? 90 : 10 })];
        RegimeHistory history = new RegimeClassifier(new RegimeThresholds { QueueWindowSteps = 3 }).Classify(StepTimeline.Of(Records.Contract("a", states)));
        history.Timeline.Steps.Select(history.QueueP95Of).Should().Equal(10, 90, 90, 90, 10, 10);
    }

    [Fact]
    public void All_ranks_share_the_regime_of_the_worst()
    {
        RegimeHistory history = Classify(
            Records.Quiet(0), Records.Quiet(0, 1), Records.Quiet(1), Records.Quiet(1, 1) with { VramFreeMb = 700 }, Records.Quiet(2), Records.Quiet(2, 1));
        history.Timeline.Steps.Select(history.RegimeOf).Should().Equal(
            Regime.Normal, Regime.Normal, Regime.MemoryEvaporation, Regime.MemoryEvaporation, Regime.Normal, Regime.Normal);
        history.Transitions.Select(row => (row.Crossing.Rank, row.Crossing.MovedBy!.After)).Should().Equal((1, 700), (1, 8192));
        history.CountIterations().Should().Equal(new Dictionary<Regime, int> { [Regime.MemoryEvaporation] = 1, [Regime.Normal] = 2 });
    }

    [Fact]
    public void A_rank_that_recorded_no_memory_says_nothing_beside_one_that_did()
    {
        StepState mute = Records.Quiet(0, 1) with { VramFreeMb = null, KvPoolMb = null, QueueTimeMs = null, PagingActive = null, IsolationMode = null };
        RegimeHistory history = Classify(Records.Quiet(0), mute);
        history.RegimeOf(history.Timeline.Steps[1]).Should().Be(Regime.Normal);
        RegimeHistory half = Classify(Records.Quiet(0), Records.Quiet(0, 1) with { KvPoolMb = null });
        half.VerdictOf(half.Timeline.Steps[0]).Possible.Should().Equal(Regime.MemoryEvaporation, Regime.Normal);
    }

    [Fact]
    public void A_feature_that_other_steps_recorded_is_not_taken_for_absent()
    {
        RegimeHistory never = Classify(Records.Quiet(0) with { IsolationMode = null }, Records.Quiet(1) with { IsolationMode = null });
        never.VerdictOf(never.Timeline.Steps[0]).Should().Be(new RegimeVerdict(Regime.Normal, RegimeInput.None, RegimeInput.IsolationMode));
        RegimeHistory sometimes = Classify(Records.Quiet(0) with { IsolationMode = null }, Records.Quiet(1));
        RegimeVerdict verdict = sometimes.VerdictOf(sometimes.Timeline.Steps[0]);
        (verdict.Regime, verdict.Missing).Should().Be((Regime.Unknown, RegimeInput.IsolationMode));
        verdict.Possible.Should().Equal(Regime.IsolationStrict, Regime.Normal);
        sometimes.Transitions.Should().ContainSingle().Which.Crossing.Should().Be(new RegimeCrossing("isolation_mode", null, "none"));
    }

    [Fact]
    public void A_recorded_regime_that_the_inputs_contradict_is_a_finding()
    {
        StepState Labelled(int step, string label) => Records.Quiet(step) with { UnknownFields = new UnknownFields([new("regime", JsonDocument.Parse($"\"{label}\"").RootElement)]) };
        RegimeHistory history = Classify(
            Labelled(0, "normal"), Labelled(1, "paging"), Labelled(2, "paging"), Labelled(3, "busy"), Records.Quiet(4) with { KvRegime = "memory_evaporation" }, Records.Quiet(5) with { KvRegime = "paged" });
        history.LabelFindings.Select(finding => (finding.Recorded, finding.Classified, finding.Count, finding.First.Index)).Should().Equal(
            ("paging", Regime.Normal, 2, 1), ("memory_evaporation", Regime.Normal, 1, 4));
    }

    [Fact]
    public void A_slow_tail_congests_a_fabric_and_a_slow_middle_degrades_it()
    {
        // 40 quiet steps, 4 slow ones (p95 of 44 is the 42nd value), 60 quiet ones, then half slow for good: the median of a window of 64 passes twice the usual.
        double[] times = [.. Enumerable.Repeat(1.0, 40), .. Enumerable.Repeat(3.0, 4), .. Enumerable.Repeat(1.0, 100), .. Enumerable.Repeat(3.0, 40)];
        RegimeHistory history = Classify(Records.Contract("a", times.Select((time, step) => Records.Quiet(step) with { Collective = new CollectiveState { CommTimeMs = time } })));
        history.FabricTransitions.Select(row => (row.Step.Index, row.From, row.To, row.Crossing.Input)).Should().Equal(
            (42, FabricRegime.Normal, FabricRegime.Congested, "inflation_p95"), // 3 of 43 above: rank 41 of 43 is slow
            (104, FabricRegime.Congested, FabricRegime.Normal, "inflation_p95"), // the first slow step left the window 41..104: 3 of 64 remain, rank 61 is quiet
            (147, FabricRegime.Normal, FabricRegime.Congested, "inflation_p95"), // 4 of 64: rank 61 is slow
            (176, FabricRegime.Congested, FabricRegime.Degraded, "inflation_p50")); // 33 of 64: rank 32 is slow
    }

    [Fact]
    public void Inflation_is_against_collectives_of_the_same_size()
    {
        StepState Sized(int step, bool large) => Records.Quiet(step) with { BatchTokens = large ? 4096 : 8, Collective = new CollectiveState { CommTimeMs = large ? 20 : 1 } };
        RegimeHistory mixed = Classify([.. Enumerable.Range(0, 100).Select(step => Sized(step, step % 4 == 0))]);
        mixed.CountFabricIterations().Keys.Should().Equal(FabricRegime.Normal);
        RegimeHistory alike = Classify([.. Enumerable.Range(0, 100).Select(step => Sized(step, step % 4 == 0) with { BatchTokens = 8 })]);
        alike.CountFabricIterations().Keys.Should().NotContain(FabricRegime.Normal, "negative control: of one size these times have a long tail");
    }

    [Fact]
    public void Lost_packets_congest_and_ranks_that_arrive_apart_degrade()
    {
        RegimeHistory history = Classify([.. Enumerable.Range(0, 4).Select(step => Records.Quiet(step) with
        {
            Collective = new CollectiveState { CommTimeMs = 1, Retransmits = step == 1 ? 1 : 0, RankSkewMs = step == 3 ? 6 : 0.5 },
        })]);
        history.FabricTransitions.Select(row => (row.Step.Index, row.To, row.Crossing.Input)).Should().Equal(
            (1, FabricRegime.Congested, "retransmits"), (3, FabricRegime.Degraded, "skew_p95"));
    }

    [Fact]
    public void Transitions_rebuild_the_regimes()
    {
        Gen.Select(Gen.Double[0, 2000], Gen.Double[0, 3000], Gen.Bool, Gen.Double[0, 100], Gen.Bool, Gen.Int[0, 9]).List[1, 60].Sample(steps =>
        {
            StepState[] states = [.. steps.Select((step, index) => Records.Quiet(index) with
            {
                VramFreeMb = step.Item1, KvPoolMb = step.Item6 == 0 ? null : step.Item2, PagingActive = step.Item3 && step.Item6 > 5, QueueTimeMs = step.Item4, IsolationMode = step.Item5 && step.Item6 > 8 ? "strict" : "none",
            })];
            RegimeHistory history = Classify(states);
            Regime[] regimes = [.. history.Timeline.Steps.Select(history.RegimeOf)];
            Dictionary<int, RegimeTransition> changes = history.Transitions.ToDictionary(row => row.Step.Index);
            Regime now = regimes[0];
            for (int step = 0; step < regimes.Length; step++)
            {
                if (changes.TryGetValue(step, out RegimeTransition? change))
                {
                    change.From.Should().Be(now).And.NotBe(change.To);
                    now = change.To;
                }

                regimes[step].Should().Be(now);
                history.VerdictOf(history.Timeline.Steps[step]).Should().Be(new RegimeClassifier().Classify(states[step]));
            }
        }, iter: 200);
    }

    [Fact]
    public void The_order_of_requests_changes_nothing()
    {
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 12], Gen.Int[0, 1000]).Sample(shape =>
        {
            (int requests, int steps, int seed) = shape;
            Random random = new(seed);
            ExecutionContract[] contracts = [.. Enumerable.Range(0, requests).Select(request => Records.Contract($"r{request}", Enumerable.Range(0, steps).Select(step => Records.Quiet(step) with
            {
                StartedAt = seed % 2 == 0 ? null : Records.Start.AddMilliseconds(step), BatchFingerprint = "all", QueueTimeMs = random.Next(100), VramFreeMb = random.Next(3000), AlgorithmId = $"{random.Next(2)}",
            })))];
            string Of(ExecutionContract[] order) => string.Join('\n', Classify(order).Transitions.Select(row => $"{row.Step.Index} {row.From} {row.To} {row.Crossing}")
                .Concat(StepTimeline.Of(order).Steps.Select(step => $"{step} {step.State} {string.Join(',', step.Members.Select(member => member.RequestId))}")));
            ExecutionContract[] shuffled = [.. contracts];
            random.Shuffle(shuffled);
            Of(shuffled).Should().Be(Of(contracts));
        }, iter: 60);
    }
}
