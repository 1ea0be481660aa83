using CsCheck;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Engine;
using PlanForensics.Simulation;
using PlanForensics.Simulation.Batching;
using PlanForensics.Simulation.Traffic;
using Xunit;

namespace PlanForensics.Tests.Simulation.Batching;

public sealed class EngineSimulationTests
{
    private static readonly Gen<(TrafficTrace Trace, SimulationOptions Options)> Cases =
        from requests in (from at in Gen.Int[0, 40] from prompt in Gen.Int[1, 14] from output in Gen.Int[0, 8] from blocks in Gen.Long[0, 2].Array[0, 7] select (at, prompt, output, blocks)).Array[1, 9]
        from pool in Gen.Int[3, 14]
        from block in Gen.Int[1, 2]
        from budget in Gen.Int[1, 12]
        from chunk in Gen.Int[1, 12]
        from running in Gen.Int[1, 5]
        from waiting in Gen.Int[1, 6]
        from classes in Gen.Int[1, 3]
        from caches in Gen.Bool
        from strict in Gen.Bool
        from seed in Gen.ULong
        select (
            new TrafficTrace("random", DateTimeOffset.UnixEpoch, requests.Select(item => new TrafficRequest
            {
                ArrivalTicks = item.at * 5000L, PromptTokens = item.prompt, OutputTokens = item.output,
                Blocks = item.blocks.Take((item.prompt + 1) / 2).ToArray(),
            }), 2),
            RecordedRun.Options(pool, block, budget) with
            {
                MaximumChunkTokens = chunk, MaximumRunning = running, MaximumWaiting = waiting, IsolationClasses = classes, PrefixCaching = caches, Seed = seed, Watermark = 0.1,
                Disturbances = strict ? [new Disturbance(DisturbanceKind.Strict, 0.002, 0.030)] : [],
            });

    /// <summary>
    /// Pool of 6 blocks of 2 tokens, 6 tokens a step, no cache. Request 0 has 4 prompt and 3 output tokens, request 1 has 5 and 3, request 2 (which comes later) 2 and 2. Step 0: 0 enters whole (2 blocks), 2 of 6 tokens
    /// are left for 1 (1 block). Step 1: 0 decodes its 5th position (3rd block), 1 takes its last 3 tokens (3 blocks): all 6 are held. Step 2: 0 decodes position 6 (no new block) and has its 3 tokens; 1 needs
    /// position 6 (no new block: positions 5, 6 share the third). Request 2 has arrived, but 0 held its blocks when the step was put together. Step 3: 0's blocks are free; 1 decodes position 7 (4th block) and is done;
    /// 2 enters with 2 tokens (1 block). Step 4: 2 decodes position 3 and is done.
    /// </summary>
    [Fact]
    public void Three_requests_by_hand()
    {
        RecordedRun run = RecordedRun.Of(
            RecordedRun.Trace((0, 4, 3), (0, 5, 3), (1.5, 2, 2)),
            RecordedRun.Options(poolBlocks: 6, blockTokens: 2, batchTokens: 6) with { PrefixCaching = false, Watermark = 0 });

        run.Lines().Should().Equal("0:4@4+ 1:2@2+", "0:1@5 1:3@5", "0:1@6 1:1@6", "1:1@7 2:2@2+", "2:1@3");
        // The tiny model's step takes the overhead of 1 ms and (2 x 40,000 weights x rows) / 5e14 s: within a tick of 1 ms.
        run.Iterations.Select(item => item.State.StartedAt!.Value.Ticks - DateTimeOffset.UnixEpoch.Ticks).Should().Equal(0, 10000, 20000, 30000, 40000);
        run.Iterations.Select(item => Math.Round(item.State.KvPoolUsedMb!.Value * (1 << 20) / 8)).Should().Equal(3, 6, 6, 5, 2);
        run.Summary.Should().BeEquivalentTo(new { Arrived = 3, Finished = 3, Rejected = 0, Iterations = 5, RequestSteps = 9L, EnteredTokens = 16L, GeneratedTokens = 8L, Preemptions = 0L });
    }

    /// <summary>As above, but 5 blocks: in step 1 request 0 takes its third, request 1 needs 2 more and 1 is free; it is the last, so it loses its own. In step 2 its 5 tokens need 3 blocks and 2 are free: it waits until request 0 is done.</summary>
    [Fact]
    public void A_request_that_lost_its_blocks_is_computed_again()
    {
        RecordedRun run = RecordedRun.Of(
            RecordedRun.Trace((0, 4, 3), (0, 5, 3)),
            RecordedRun.Options(poolBlocks: 5, blockTokens: 2, batchTokens: 6) with { PrefixCaching = false, Watermark = 0 });

        run.Lines().Should().Equal("0:4@4+ 1:2@2+", "0:1@5", "0:1@6", "1:5@5+", "1:1@6", "1:1@7");
        run.Summary.Should().BeEquivalentTo(new { Preemptions = 1L, LostTokens = 2L, GeneratedTokens = 6L, EnteredTokens = 15L });
        run.Iterations[1].State.PagingActive.Should().BeTrue();
        run.Iterations.Select(item => item.State.KvRegime).Should().Equal("paged", "recompute", "paged", "recompute", "paged", "paged");
    }

    [Fact]
    public void Equal_beginnings_are_found_and_nothing_else()
    {
        TrafficRequest Request(double at, int prompt, params long[] blocks) => new() { ArrivalTicks = (long)(at * 10000), PromptTokens = prompt, OutputTokens = 1, Blocks = blocks };
        // Blocks of 4 named tokens, KV blocks of 2. The third prompt names the second one's block 8, but after another beginning. The fourth is the first's first 8 tokens: its last token must enter the model.
        TrafficTrace trace = new("prefixes", DateTimeOffset.UnixEpoch, [Request(0, 10, 7, 8, 9), Request(10, 10, 7, 8, 5), Request(20, 8, 3, 8), Request(30, 8, 7, 8)], 4);

        RecordedRun run = RecordedRun.Of(trace, RecordedRun.Options(100, 2, 64));

        run.Requests.Select(item => item.Request.Request.PrefixCache!.HitTokens).Should().Equal(0, 8, 0, 6);
        run.Lines().Should().Equal("0:10@10+", "1:2@10+", "2:8@8+", "3:2@8+");
    }

    [Fact]
    public void Every_step_is_that_of_the_slow_obvious_engine() => Cases.Sample(
        entry =>
        {
            RecordedRun run = RecordedRun.Of(entry.Trace, entry.Options);
            ObviousEngine obvious = new(entry.Trace, entry.Options, ClassesOf(entry.Trace, entry.Options));

            string[] expected = [.. run.Iterations.Select(item => obvious.Step(item.State.StartedAt!.Value.Ticks - DateTimeOffset.UnixEpoch.Ticks))];

            run.Lines().Should().Equal(expected);
            obvious.Step(long.MaxValue / 2).Should().BeEmpty("nothing is left");
            run.Summary.Finished.Should().Be(obvious.Finished.Count);
            run.Summary.Rejected.Should().Be(obvious.Rejected.Count);
            obvious.UnfinishedCount.Should().Be(0);
        },
        iter: 400);

    [Fact]
    public void Nothing_is_lost() => Cases.Sample(
        entry =>
        {
            RecordedRun run = RecordedRun.Of(entry.Trace, entry.Options);
            SimulationSummary sum = run.Summary;

            (sum.Finished + sum.Running + sum.Waiting + sum.Rejected).Should().Be(sum.Arrived).And.Be(entry.Trace.Requests.Count);
            sum.GeneratedTokens.Should().Be(run.Requests.Where(item => item.Request.FinishReason == "length").Sum(item => (long)item.Request.Request.Decode!.MaxTokens!.Value));
            long enteredOnce = run.Requests.Where(item => item.Request.FinishReason == "length").Sum(item => item.Request.Request.EffectiveTokenCount!.Value + Math.Max(item.Request.Request.Decode!.MaxTokens!.Value - 1L, 0));
            (sum.EnteredTokens + sum.HitTokens).Should().Be(enteredOnce + sum.LostTokens, "what entered or was found is what was needed and what was lost");
            run.Iterations.Sum(item => (long)item.State.BatchTokens!.Value).Should().Be(sum.EnteredTokens);
            run.Iterations.Should().NotContain(item => item.State.BatchTokens > entry.Options.MaximumBatchTokens || item.State.BatchSize > entry.Options.MaximumRunning);
            run.Iterations.Should().NotContain(item => item.State.KvPoolUsedMb > item.State.KvPoolMb || item.State.KvPoolUsedMb <= 0);
            run.Requests.Should().NotContain(item => !Follows(item.Spans), "step indices go on without a gap");
        },
        iter: 400);

    [Fact]
    public void Requests_of_one_class_begin_in_order_of_arrival() => Cases.Sample(
        entry =>
        {
            RecordedRun run = RecordedRun.Of(entry.Trace, entry.Options);
            int[] classes = ClassesOf(entry.Trace, entry.Options);
            for (int isolationClass = 0; isolationClass < entry.Options.IsolationClasses; isolationClass++)
                run.Requests.Where((item, index) => classes[index] == isolationClass && item.Spans.Count > 0).Select(item => item.Spans[0].FirstOrdinal).Should().BeInAscendingOrder();
        },
        iter: 200);

    [Fact]
    public void Under_strict_isolation_a_step_serves_one_class()
    {
        SimulationOptions options = RecordedRun.Options(400, 2, 32) with { IsolationClasses = 3, Disturbances = [Disturbance.Parse("strict@0-1")] };
        TrafficTrace trace = RecordedRun.Trace([.. Enumerable.Range(0, 12).Select(index => (index * 0.1, 6, 9))]);
        int[] classes = ClassesOf(trace, options);
        static int Mixed(RecordedRun run, int[] classes) => run.Lines().Count(line => line.Split(' ').Select(part => classes[int.Parse(part.Split(':')[0], null)]).Distinct().Count() > 1);

        RecordedRun strict = RecordedRun.Of(trace, options);

        classes.Distinct().Should().HaveCount(3);
        Mixed(strict, classes).Should().Be(0);
        strict.Iterations.Should().OnlyContain(item => item.State.IsolationMode == "strict" && item.State.CrossTenantBatching == false);
        strict.Requests.Sum(item => item.Spans.Count).Should().BeLessThan(strict.Requests.Sum(item => item.Spans.Sum(span => span.StepCount)) / 2, "turns of three are spans with a stride");
        Mixed(RecordedRun.Of(trace, options with { Disturbances = [] }), classes).Should().BePositive("without it classes share steps");
    }

    [Fact]
    public void One_seed_gives_one_result_whatever_else_runs()
    {
        TrafficTrace trace = new PoissonTraffic { Count = 150, RatePerSecond = 30, PromptTokens = (5, 900), OutputTokens = (1, 60), PrefixTokens = 64, PrefixGroups = 3 }.Generate(5);
        SimulationOptions options = new() { Seed = 5, TensorParallel = 2, KeyValuePoolMb = 300, IsolationClasses = 2 };

        string alone = RecordedRun.Of(trace, options).Text();
        string[] together = new string[4];
        Parallel.For(0, together.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, index => together[index] = RecordedRun.Of(trace, options).Text());

        together.Should().OnlyContain(text => text == alone);
        RecordedRun.Of(trace, options with { Seed = 6 }).Text().Should().NotBe(alone, "the seed decides the jitter");
    }

    [Fact]
    public void Pinned_memory_takes_blocks_and_gives_them_back()
    {
        TrafficTrace trace = RecordedRun.Trace([.. Enumerable.Range(0, 6).Select(index => (index * 1.0, 8, 40))]);
        SimulationOptions options = RecordedRun.Options(200, 2, 32);
        double mb = options.PoolMb;

        RecordedRun run = RecordedRun.Of(trace, options with { Disturbances = [new Disturbance(DisturbanceKind.Replication, 0.010, 0.030, 0.9 * mb)] });

        run.Summary.Preemptions.Should().BePositive();
        run.Summary.Finished.Should().Be(6);
        foreach (EngineIteration item in run.Iterations)
            (item.State.KvPoolUsedMb + item.State.ReplicationPinnedMb).Should().BeLessThanOrEqualTo(mb * 1.01 + (8.0 / (1 << 20)), "what is pinned is not given to requests");
        run.Iterations.Should().Contain(item => item.State.ReplicationPinnedMb > 0).And.Contain(item => item.State.ReplicationPinnedMb == 0);
        RecordedRun.Of(trace, options).Summary.Preemptions.Should().Be(0, "without the pin there is room");
    }

    [Fact]
    public void A_slow_rank_makes_the_others_wait()
    {
        SimulationOptions options = new() { TensorParallel = 4, Disturbances = [Disturbance.Parse("slow_rank=2:3@0-100"), Disturbance.Parse("slow_fabric=2@0-100")] };
        RecordedRun run = RecordedRun.Of(RecordedRun.Trace((0, 500, 20)), options);
        RecordedRun calm = RecordedRun.Of(RecordedRun.Trace((0, 500, 20)), options with { Disturbances = [] });

        run.Iterations.Should().HaveCount(4 * run.Summary.Iterations);
        foreach (IGrouping<int, EngineIteration> iteration in run.Iterations.GroupBy(item => item.Ordinal))
        {
            iteration.MaxBy(item => item.State.GpuTimeMs).State.Rank.Should().Be(2);
            iteration.MinBy(item => item.State.Collective!.CommTimeMs).State.Rank.Should().Be(2, "it waits for nobody");
            iteration.Should().OnlyContain(item => item.State.Collective!.RankSkewMs > 1 && item.State.Collective.Retransmits == 1);
        }

        calm.Iterations.Should().OnlyContain(item => item.State.Collective!.RankSkewMs < 1 && item.State.Collective.Retransmits == 0);
    }

    [Fact]
    public void Admission_control_says_why()
    {
        RecordedRun run = RecordedRun.Of(
            RecordedRun.Trace((0, 9, 2), (0, 3, 1), (0, 3, 1), (0, 3, 1), (0, 3, 30)),
            RecordedRun.Options(4, 2, 4) with { MaximumContext = 20, MaximumWaiting = 2 });

        run.Requests.Select(item => item.Request.FinishReason).Should().Equal("rejected_too_large", "length", "length", "rejected_queue_full", "rejected_too_long");
    }

    [Fact]
    public void What_cannot_be_simulated_is_refused()
    {
        TrafficTrace trace = new("x", DateTimeOffset.UnixEpoch, [new TrafficRequest { ArrivalTicks = 0, PromptTokens = 8, OutputTokens = 1, Blocks = new long[] { 1, 2 } }], 4);

        FluentActions.Invoking(() => RecordedRun.Of(trace, RecordedRun.Options(10, 3, 4))).Should().Throw<ArgumentException>().WithMessage("*blocks of 4 tokens*");
        FluentActions.Invoking(() => RecordedRun.Of(trace, RecordedRun.Options(10, 2, 4) with { TensorParallel = 3 })).Should().Throw<ArgumentException>().WithMessage("*3 ranks*");
        FluentActions.Invoking(() => RecordedRun.Of(trace, RecordedRun.Options(10, 2, 4) with { KeyValuePoolMb = 1e-9 })).Should().Throw<InvalidOperationException>().WithMessage("*holds 0 blocks*");
    }

    private static int[] ClassesOf(TrafficTrace trace, SimulationOptions options) =>
        [.. Enumerable.Range(0, trace.Requests.Count).Select(index => (int)(Draws.At(options.Seed, 5, index) % (ulong)options.IsolationClasses))];

    private static bool Follows(IReadOnlyList<StepSpan> spans)
    {
        (int index, int ordinal) = (0, -1);
        foreach (StepSpan span in spans)
        {
            if (span.FirstStepIndex != index || span.FirstOrdinal <= ordinal)
                return false;
            (index, ordinal) = (index + span.StepCount, span.FirstOrdinal + ((span.StepCount - 1) * span.Stride));
        }

        return true;
    }
}
