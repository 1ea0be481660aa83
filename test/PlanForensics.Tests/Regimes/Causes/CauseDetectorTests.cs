using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Regimes.Causes;
using Xunit;

namespace PlanForensics.Tests.Regimes.Causes;

public sealed class CauseDetectorTests
{
    public static TheoryData<ChainKind, (CauseEvent Event, int Step)[]> Planted => new()
    {
        { ChainKind.Straggler, [(CauseEvent.RankSlow, 150), (CauseEvent.CollectiveInflated, 150), (CauseEvent.StepSlow, 150)] },
        { ChainKind.BackPressure, [(CauseEvent.RankFallback, 150), (CauseEvent.CollectiveInflated, 151), (CauseEvent.BatchDropped, 153), (CauseEvent.ShapeClassChanged, 153), (CauseEvent.TacticChanged, 155)] },
        { ChainKind.MemoryEvaporation, [(CauseEvent.PinsRose, 150), (CauseEvent.Evicted, 152), (CauseEvent.Recomputed, 156), (CauseEvent.StepLonger, 157)] },
        { ChainKind.Residency, [(CauseEvent.L2HitRateFell, 150), (CauseEvent.StepSlow, 151), (CauseEvent.BatchChanged, 154)] },
        { ChainKind.Isolation, [(CauseEvent.PostureChanged, 150), (CauseEvent.BatchDropped, 152), (CauseEvent.RegimeCrossed, 150)] },
    };

    [Theory]
    [MemberData(nameof(Planted))]
    public void A_planted_chain_is_found_with_its_steps_and_nothing_else(ChainKind kind, (CauseEvent Event, int Step)[] links)
    {
        CausalChain chain = CauseDetector.Find(Scene.Of(kind).Timeline).Chains.Should().ContainSingle().Subject;

        chain.Kind.Should().Be(kind);
        chain.Links.Select(link => (link.Event, link.StepIndex)).Should().Equal(links);
        chain.EarliestCause.StartedAt.Should().Be(Records.Start.AddMilliseconds(1500));
        chain.Links.Should().OnlyContain(link => link.Evidence.Length > 0);
        chain.Chance.Should().BeLessThan(1e-4);
        chain.IsComplete.Should().Be(kind != ChainKind.Straggler);
    }

    [Fact]
    public void A_straggler_is_named_by_its_rank_and_what_made_it_slow_is_named_where_it_is_recorded()
    {
        CausalChain bare = CauseDetector.Find(Scene.Of(ChainKind.Straggler).Timeline).Chains.Single();
        bare.EarliestCause.Rank.Should().Be(2);
        bare.EarliestCause.Iterations.Should().Be(21);
        bare.Missing.Should().Equal(new MissingLink(CauseEvent.RankFallback, "recorded; did not begin in the 16 iterations before", []));

        CausalChain known = CauseDetector.Find(Scene.Of(ChainKind.Straggler).Change((index, state) => index is >= 149 and < 171 && state.Rank == 2 ? state with { FallbackCount = 2 } : state).Timeline)
            .Chains.Single(chain => chain.Kind == ChainKind.Straggler);
        known.IsComplete.Should().BeTrue();
        known.EarliestCause.Should().BeEquivalentTo(new { Event = CauseEvent.RankFallback, StepIndex = 149, Rank = 2, Evidence = "rank 2: 2 fallbacks, usually 0" });

        // Another rank's fallback is no reason for this one.
        CauseDetector.Find(Scene.Of(ChainKind.Straggler).Change((index, state) => index is >= 149 and < 171 && state.Rank == 1 ? state with { FallbackCount = 2 } : state).Timeline)
            .Chains.Single(chain => chain.Kind == ChainKind.Straggler).EarliestCause.Event.Should().Be(CauseEvent.RankSlow);

        CausalChain pathway = CauseDetector.Find(Scene.Of(ChainKind.Straggler).Change((index, state) => index is >= 148 and < 171 && state.Rank == 2 ? state with { KernelVariant = "gemm_slow" } : state).Timeline)
            .Chains.Single(chain => chain.Kind == ChainKind.Straggler);
        pathway.EarliestCause.Evidence.Should().Be("rank 2 ran another pathway than its peers (21, gemm_slow)");
    }

    [Fact]
    public void A_lone_rank_shows_that_someone_was_late_and_says_that_the_others_are_missing()
    {
        Scene scene = Scene.Of(ChainKind.Straggler);
        CausalChain chain = CauseDetector.Find(PlanForensics.Regimes.StepTimeline.Of(Records.Contract("a", Enumerable.Range(0, Scene.Iterations).Select(index => scene[index][0])))).Chains.Should().ContainSingle().Subject;

        chain.Links.Select(link => link.Event).Should().Equal(CauseEvent.CollectiveInflated, CauseEvent.StepSlow);
        chain.Missing.Should().Equal(new MissingLink(CauseEvent.RankSlow, "not recorded", ["gpu_time_ms", "rank"]));
    }

    [Fact]
    public void A_stage_that_is_not_recorded_is_missing_and_the_chain_begins_where_it_can_be_proven()
    {
        CausalChain headless = CauseDetector.Find(Scene.Of(ChainKind.BackPressure).Change((_, state) => state with { FallbackCount = null }).Timeline).Chains.Should().ContainSingle().Subject;
        headless.EarliestCause.Should().BeEquivalentTo(new { Event = CauseEvent.CollectiveInflated, StepIndex = 151 });
        headless.Missing.Should().Equal(new MissingLink(CauseEvent.RankFallback, "not recorded", ["fallback_count", "requantize_count"]));

        CausalChain unseen = CauseDetector.Find(Scene.Of(ChainKind.BackPressure).Change((_, state) => state with { FallbackCount = 0 }).Timeline).Chains.Should().ContainSingle().Subject;
        unseen.Missing.Should().Equal(new MissingLink(CauseEvent.RankFallback, "recorded; did not begin in the 16 iterations before", []));

        CausalChain gap = CauseDetector.Find(Scene.Of(ChainKind.BackPressure).Change((_, state) => state with { BatchSize = null }).Timeline).Chains.Should().ContainSingle().Subject;
        gap.Links.Select(link => link.Event).Should().Equal(CauseEvent.RankFallback, CauseEvent.CollectiveInflated, CauseEvent.ShapeClassChanged, CauseEvent.TacticChanged);
        gap.Missing.Should().Equal(new MissingLink(CauseEvent.BatchDropped, "not recorded", ["batch_size"]));
    }

    [Fact]
    public void Without_the_fields_there_is_no_chain_and_the_report_says_which()
    {
        CauseReport report = CauseDetector.Find(Scene.Of(ChainKind.MemoryEvaporation).Change((_, state) => state with { ReplicationPinnedMb = null, CheckpointPinnedMb = null, PagingActive = null, KvRegime = null }).Timeline);
        report.Chains.Should().BeEmpty();
        report.Unrecorded.Where(stage => stage.Kind == ChainKind.MemoryEvaporation).Select(stage => stage.Event).Should().Equal(CauseEvent.PinsRose, CauseEvent.Evicted, CauseEvent.Recomputed);

        CauseDetector.Find(Scene.Of(ChainKind.Residency).Change((_, state) => state with { L2HitRate = null }).Timeline).Chains.Should().BeEmpty("a slow step alone is no loss of residency");
        CauseDetector.Find(PlanForensics.Regimes.StepTimeline.Of()).Chains.Should().BeEmpty();
    }

    [Theory]
    [InlineData(ChainKind.BackPressure)]
    [InlineData(ChainKind.MemoryEvaporation)]
    [InlineData(ChainKind.Residency)]
    [InlineData(ChainKind.Isolation)]
    [InlineData(ChainKind.Straggler)]
    public void Gaps_in_the_record_make_no_event(ChainKind kind)
    {
        // Every value that changes is absent in the iterations around the change: nothing is seen to begin.
        Scene gaps = Scene.Of(kind).Change((index, state) => index is < 140 or >= 150 ? state : state with
        {
            FallbackCount = null, Collective = null, BatchSize = null, BatchTokens = null, PaddedBatch = null, GpuTimeMs = null, L2HitRate = null, ReplicationPinnedMb = null, CheckpointPinnedMb = null,
            PagingActive = null, KvRegime = null, IsolationMode = null, CrossTenantBatching = null, AlgorithmId = null, KernelVariant = null,
        });
        CauseReport report = CauseDetector.Find(gaps.Timeline);
        report.Chains.SelectMany(chain => chain.Links).Should().NotContain(link => link.StepIndex == 150);
    }

    [Fact]
    public void A_rank_that_is_slow_throughout_is_said_but_begins_no_chain()
    {
        CauseReport report = CauseDetector.Find(Scene.Of(null).Change((_, state) => state.Rank == 1 ? state with { GpuTimeMs = state.GpuTimeMs * 2 } : state with { Collective = state.Collective! with { CommTimeMs = 8 }, GpuTimeMs = state.GpuTimeMs + 7 }).Timeline);
        report.Chains.Should().BeEmpty();
        report.Standing.Should().ContainSingle().Which.Should().StartWith("rank 1 is slow in 100");
    }

    [Fact]
    public void Links_further_apart_than_the_limit_make_no_chain_unless_it_is_raised()
    {
        Scene late = Scene.Of(ChainKind.Residency).Change((index, state) => state with { BatchSize = index is >= 175 and < 190 ? 20 : 32 });
        CauseDetector.Find(late.Timeline).Chains.Should().BeEmpty();
        CauseDetector.Find(late.Timeline, new CauseOptions { WithinIterations = 32 }).Chains.Should().ContainSingle();
    }

    [Fact]
    public void Limits_are_checked()
    {
        FluentActions.Invoking(() => new CauseOptions { WithinIterations = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new CauseOptions { SlowRankFactor = 1 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new CauseOptions { LargestChance = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new CauseOptions { L2Fall = double.NaN }).Should().Throw<ArgumentOutOfRangeException>();
    }
}
