using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Plans;
using PlanForensics.Regimes;
using PlanForensics.Regimes.Cost;
using Xunit;

namespace PlanForensics.Tests.Regimes.Cost;

public sealed class CostModelTests
{
    // The truth of the made-up records: compute 2 + 0.01 tokens + 0.0001 context ms in decode, 1 + 0.005 tokens + 0.000001 pairs in prefill; comm 0.1 ms + bytes / (1 GB/s).
    private static double Compute(ExecutionPhase phase, double tokens, double context, double pairs) => phase == ExecutionPhase.Decode ? 2 + (0.01 * tokens) + (0.0001 * context) : 1 + (0.005 * tokens) + (1e-6 * pairs);

    // Rank 1 is faster by this part and waits for rank 0, so the mean over ranks is 0.95 of the truth.
    private const double Faster = 0.1;

    private static double Transfer(double bytes) => 0.1 + (bytes * 1e-6);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Made_up_terms_are_found_again_whether_or_not_device_time_contains_waiting(bool includesWaiting)
    {
        CostModel model = CostModel.Fit(Timeline(includesWaiting));

        model.GpuTimeIncludesWaiting.Should().Be(includesWaiting, "the ranks of an iteration take equally long only that way");
        CommFit comm = model.Comms.Should().ContainSingle().Subject;
        comm.AlphaMs.Should().BeApproximately(0.1, 1e-9);
        comm.BetaGbPerS.Should().BeApproximately(1, 1e-9);
        comm.Fit.Residuals.LargestAbsolute.Should().BeLessThan(1e-9);
        ComputeFit decode = model.Computes.Single(fit => fit.Phase == ExecutionPhase.Decode);
        decode.Fit.Find("constant")!.Coefficient.Should().BeApproximately(0.95 * 2, 1e-8);
        decode.Fit.Find("tokens")!.Coefficient.Should().BeApproximately(0.95 * 0.01, 1e-9);
        decode.Fit.Find("context_tokens")!.Coefficient.Should().BeApproximately(0.95 * 0.0001, 1e-11);
        ComputeFit prefill = model.Computes.Single(fit => fit.Phase == ExecutionPhase.Prefill);
        prefill.Fit.Find("attended_pairs")!.Coefficient.Should().BeApproximately(0.95e-6, 1e-12);
        model.Steps().Should().OnlyContain(cost => Math.Abs((cost.Recorded.ComputeMs!.Value / cost.Predicted.ComputeMs!.Value) - ((cost.Step.Rank == 0 ? 1 : 1 - Faster) / 0.95)) < 1e-8);
        model.Steps().GroupBy(cost => cost.Step.Index).Should().OnlyContain(ranks => Math.Abs(ranks.First().Recorded.TotalMs!.Value - ranks.Last().Recorded.TotalMs!.Value) < 1e-9, "all ranks of a step end together");
        model.Steps().Where(cost => cost.Step.Rank == 0).Should().OnlyContain(cost => Math.Abs(cost.Recorded.SyncMs!.Value) < 1e-12, "rank 0 arrives last");
        model.SyncMs.Should().Be(0, "half of the ranks wait for none");
        model.Steps().Should().OnlyContain(cost => cost.Missing.Count == 0);
    }

    [Fact]
    public void The_other_reading_of_device_time_finds_other_terms() // negative control
    {
        CostModel model = CostModel.Fit(Timeline(includesWaiting: true), new CostOptions { GpuTimeIncludesWaiting = false });
        model.Computes.Single(fit => fit.Phase == ExecutionPhase.Decode).Fit.Find("constant")!.Coefficient.Should().BeApproximately(2, 1e-8, "waiting is taken for work");
    }

    [Fact]
    public void One_message_size_tells_neither_alpha_nor_beta()
    {
        CommFit comm = CostModel.Fit(Timeline(true, bytes: _ => 65536)).Comms.Should().ContainSingle().Subject;
        (comm.AlphaMs, comm.BetaGbPerS).Should().Be(((double?)null, (double?)null));
        comm.Fit.NotIdentified.Should().Equal("bytes");
    }

    [Fact]
    public void Kinds_of_collectives_are_fitted_apart()
    {
        CostModel model = CostModel.Fit(Timeline(true, type: step => step % 2 == 0 ? "ring" : "tree", transfer: (step, bytes) => step % 2 == 0 ? Transfer(bytes) : 0.5 + (bytes * 2e-6)));
        model.Comms.Select(fit => (fit.Type, Math.Round(fit.AlphaMs!.Value, 6), Math.Round(fit.BetaGbPerS!.Value, 6))).Should().Equal(("ring", 0.1, 1.0), ("tree", 0.5, 0.5));
    }

    [Fact]
    public void What_was_not_recorded_is_named_and_nothing_is_made_up()
    {
        StepTimeline bare = StepTimeline.Of(Records.Contract("a", [Records.Quiet(0) with { GpuTimeMs = null }, Records.Quiet(1) with { BatchSize = 2 }]));
        CostModel model = CostModel.Fit(bare);

        model.Comms.Should().BeEmpty();
        model.Computes.Should().BeEmpty();
        model.SyncMs.Should().BeNull();
        StepCost[] costs = [.. model.Steps()];
        costs.Should().OnlyContain(cost => cost.ResidualMs == null && cost.Predicted.TotalMs == null && cost.KeyValueBytes == null);
        costs[0].Missing.Should().Equal("gpu_time_ms", "comm_time_ms", "message_bytes");
        costs[1].Missing.Should().Equal("comm_time_ms", "every request of the batch", "message_bytes");
        CostComparison.Of(model).Should().BeEquivalentTo(new { StepCount = 2, PredictedCount = 0, Residuals = (ResidualSummary?)null });
    }

    [Fact]
    public void A_single_rank_has_no_collectives_and_a_lone_ranks_waiting_is_its_recorded_skew()
    {
        StepState alone = Records.Quiet(0) with { Shape = new StepShape { QueryLength = 1, KeyLength = 5, TensorParallel = 1 } };
        CostModel.Fit(StepTimeline.Of(Records.Contract("a", [alone]))).Steps().Single().Recorded.Should().Be(new StepTime(8, 0, 0));
        StepState lone = Records.Quiet(0) with { Collective = new CollectiveState { CommTimeMs = 3, RankSkewMs = 1 } };
        CostModel.Fit(StepTimeline.Of(Records.Contract("a", [lone]))).Steps().Single().Recorded.Should().Be(new StepTime(5, 2, 1));
        StepState unknown = Records.Quiet(0) with { Collective = new CollectiveState { CommTimeMs = 3 } };
        CostModel.Fit(StepTimeline.Of(Records.Contract("a", [unknown]))).Steps().Single().Should().BeEquivalentTo(new { Recorded = new StepTime(5, 3, null), Missing = new[] { "rank_skew_ms", "message_bytes" } });
    }

    [Fact]
    public void Quantities_are_summed_over_the_requests_of_a_batch()
    {
        StepState State(int query, int keys) => Records.Quiet(0) with { Phase = query > 1 ? ExecutionPhase.Prefill : ExecutionPhase.Decode, BatchSize = 2, Shape = new StepShape { QueryLength = query, KeyLength = keys, KeyValueHeads = 8, HeadDimension = 64, TensorParallel = 2 } };
        StepTimeline timeline = StepTimeline.Of(Records.Contract("a", [State(4, 10)]), Records.Contract("b", [State(1, 7)]));

        // Four queries see 7, 8, 9 and 10 keys, one sees 7.
        StepQuantities.Of(timeline.Steps[0]).Should().Be(new StepQuantities(5, 17, 7 + 8 + 9 + 10 + 7));
        KeyValueCache.BytesOf(timeline.Steps[0], 2, layers: 3).Should().Be(2 * 17 * 4 * 64 * 2 * 3);
    }

    [Fact]
    public void The_steps_furthest_from_the_model_come_first()
    {
        CostModel model = CostModel.Fit(Timeline(true, extra: step => step == 5 ? 4 : step == 9 ? -0.5 : 0));
        CostComparison comparison = CostComparison.Of(model, 3);
        comparison.Furthest.Select(cost => cost.Step.Index).Should().StartWith([5, 5]);
        comparison.Residuals!.LargestAbsolute.Should().Be(Math.Abs(comparison.Furthest[0].ResidualMs!.Value));
        CostComparison.Of(model, 0).Furthest.Should().BeEmpty();
    }

    /// <summary>Two ranks, 16 decodes (of one to four drafted tokens) and 8 prefills; rank 1 is faster and waits for rank 0.</summary>
    private static StepTimeline Timeline(
        bool includesWaiting, Func<int, double>? bytes = null, Func<int, string>? type = null, Func<int, double, double>? transfer = null, Func<int, double>? extra = null)
    {
        List<StepState> states = [];
        for (int step = 0; step < 24; step++)
        {
            ExecutionPhase phase = step % 3 == 2 ? ExecutionPhase.Prefill : ExecutionPhase.Decode;
            int query = phase == ExecutionPhase.Decode ? 1 + (step * 7 % 4) : 16 + (step * 5);
            int keys = query + (step * step * 3) + 7;
            double pairs = ((double)query * keys) - (query * (query - 1) / 2.0);
            double message = bytes?.Invoke(step) ?? 1000 * (1 + (step * 37 % 11));
            double comm = transfer?.Invoke(step, message) ?? Transfer(message);
            for (int rank = 0; rank < 2; rank++)
            {
                double whole = Compute(phase, query, keys, pairs) + (extra?.Invoke(step) ?? 0);
                double own = rank == 0 ? whole : whole * (1 - Faster);
                states.Add(Records.Quiet(step, rank) with
                {
                    Phase = phase,
                    Shape = new StepShape { QueryLength = query, KeyLength = keys, TensorParallel = 2 },
                    GpuTimeMs = (includesWaiting ? whole : own) + comm,
                    Collective = new CollectiveState { Type = type?.Invoke(step) ?? "ring", MessageBytes = (long)message, CommTimeMs = comm + whole - own },
                });
            }
        }

        return StepTimeline.Of(Records.Contract("a", states));
    }
}
