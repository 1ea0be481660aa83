using CsCheck;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Plans;
using PlanForensics.Regimes;
using PlanForensics.Regimes.Churn;
using Xunit;

namespace PlanForensics.Tests.Regimes.Churn;

public sealed class PlanChurnTests
{
    private static ChurnReport Measure(ChurnOptions? options, params ExecutionContract[] contracts) =>
        PlanChurn.Measure(new RegimeClassifier().Classify(StepTimeline.Of(contracts)), options);

    private static ChurnReport Measure(params StepState[] states) => Measure(null, Records.Contract("a", states));

    [Fact]
    public void Histogram_and_entropy_are_those_of_the_hand()
    {
        string[] algorithms = ["21", "66", "21", "66", "21", "66", "21", "21", "21", "13"]; // 6, 3, 1 of 10
        ChurnGroup group = Measure([.. algorithms.Select((algorithm, step) => Records.Quiet(step) with { AlgorithmId = algorithm, KernelVariant = step < 5 ? "a" : step < 8 ? "b" : null })]).Regimes.Single();
        group.Algorithms.Entries.Should().Equal(new HistogramEntry("21", 6), new HistogramEntry("66", 3), new HistogramEntry("13", 1));
        group.Algorithms.EntropyBits.Should().BeApproximately(1.295461844238322, 1e-12); // 0.6 log2(10/6) + 0.3 log2(10/3) + 0.1 log2(10)
        group.KernelVariants.Entries.Should().Equal(new HistogramEntry("a", 5), new HistogramEntry("b", 3));
        (group.KernelVariants.Total, group.KernelVariants.Unrecorded).Should().Be((8, 2));
    }

    [Fact]
    public void Entropy_of_equal_shares_is_their_logarithm_and_of_one_value_zero()
    {
        Measure([.. Enumerable.Range(0, 8).Select(step => Records.Quiet(step) with { AlgorithmId = $"{step % 4}" })]).Regimes.Single().Algorithms.EntropyBits.Should().Be(2);
        Measure(Records.Quiet(0), Records.Quiet(1)).Regimes.Single().Algorithms.EntropyBits.Should().Be(0);
        Histogram nothing = Measure(Records.Quiet(0) with { AlgorithmId = null }).Regimes.Single().Algorithms;
        (nothing.EntropyBits, nothing.Total, nothing.Unrecorded).Should().Be((0, 0, 1));
    }

    [Fact]
    public void Switches_belong_to_the_regime_of_the_later_step()
    {
        ChurnReport churn = Measure(
            Records.Quiet(0), Records.Quiet(1) with { AlgorithmId = "66" }, Records.Quiet(2) with { AlgorithmId = "66", QueueTimeMs = 60 }, Records.Quiet(3) with { QueueTimeMs = 60 }, Records.Quiet(4));
        churn.Regimes.Select(group => (group.Regime, group.Steps, group.ComparedSteps, group.Switches, group.SwitchesPerThousand)).Should().Equal(
            (Regime.QueueDegraded, 2, 2, 1, 500.0), (Regime.Normal, 3, 2, 1, 500.0));
    }

    [Fact]
    public void A_switch_between_shapes_is_told_from_one_within_a_shape()
    {
        StepState Shaped(int step, int batch, string algorithm) => Records.Quiet(step) with { Shape = new StepShape { QueryLength = 1, KeyLength = 20 }, BatchSize = batch, AlgorithmId = algorithm };
        ChurnGroup group = Measure(Shaped(0, 4, "21"), Shaped(1, 9, "66"), Shaped(2, 12, "21"), Shaped(3, 16, "21")).Regimes.Single();
        (group.Switches, group.SwitchesWithinShape).Should().Be((2, 1));
        group.ShapeClasses.Entries.Should().Equal(new HistogramEntry("decode m<=16 k<=32", 3), new HistogramEntry("decode m<=4 k<=32", 1));
    }

    [Theory]
    [InlineData(1, 1, null, "decode m<=1 k<=1")]
    [InlineData(8, 64, null, "decode m<=8 k<=64")]
    [InlineData(9, 65, null, "decode m<=16 k<=128")]
    [InlineData(3, 1024, 8, "decode m<=8 k<=1024")]
    public void A_shape_class_goes_up_to_powers_of_two(int batch, int keys, int? padded, string name) =>
        ShapeClass.Of(StepTimeline.Of(Records.Contract("a", [Records.Quiet(0) with
        {
            BatchSize = batch, PaddedBatch = padded, Shape = new StepShape { QueryLength = 1, KeyLength = keys },
        }])).Steps[0]).ToString().Should().Be(name);

    [Fact]
    public void A_batch_of_both_phases_is_mixed_and_unknown_rows_are_told()
    {
        StepState prefill = Records.Quiet(0) with { Phase = ExecutionPhase.Prefill, Shape = new StepShape { QueryLength = 100, KeyLength = 100 }, BatchFingerprint = "x", BatchSize = 2 };
        StepState decode = Records.Quiet(0) with { BatchFingerprint = "x", BatchSize = 2 };
        ShapeClass.Of(StepTimeline.Of(Records.Contract("a", [prefill]), Records.Contract("b", [decode])).Steps.Single()).ToString().Should().Be("mixed m<=128 k<=128");
        ShapeClass.Of(StepTimeline.Of(Records.Contract("a", [prefill])).Steps.Single()).ToString().Should().Be("prefill m=? k<=128", "the other request of the batch was not recorded");
    }

    [Fact]
    public void Counts_are_by_regime_and_rank()
    {
        StepState Counted(int step, int rank, int? fallbacks) => Records.Quiet(step, rank) with { FallbackCount = fallbacks, DequantizeCount = 2, RequantizeCount = rank };
        ChurnGroup group = Measure(Counted(0, 0, 0), Counted(0, 1, 3), Counted(1, 0, 0), Counted(1, 1, null)).Regimes.Single();
        group.Iterations.Should().Be(2);
        group.Counts.Should().Be(new RankCounts(null, 4, 3, 8, 2, 1));
        group.Ranks.Should().Equal(new RankCounts(0, 2, 0, 4, 0, 0), new RankCounts(1, 2, 3, 4, 2, 1));
        Measure(Records.Quiet(0)).Regimes.Single().Counts.Fallbacks.Should().BeNull("none was recorded, which is not zero");
    }

    [Fact]
    public void One_rank_on_another_pathway_is_a_finding()
    {
        IEnumerable<StepState> Ranks(int step, int odd) => Enumerable.Range(0, 4).Select(rank => Records.Quiet(step, rank) with
        {
            AlgorithmId = rank == odd ? "66" : "21", FallbackCount = rank == odd ? 1 : 0,
        });
        ChurnReport churn = Measure([.. Ranks(0, -1), .. Ranks(1, 2), .. Ranks(2, 2), .. Ranks(3, -1), .. Ranks(4, 2)]);
        RankPathwayFinding finding = churn.RankFindings.Should().ContainSingle().Subject;
        (finding.Rank, finding.Count, finding.First.Index, finding.First.Rank, finding.Last.Index).Should().Be((2, 3, 1, 2, 4));
        finding.Differences.Should().Equal(new PathwayDifference("algorithm_id", "66", "21"), new PathwayDifference("fallback_count", "1", "0"));
        Measure([.. Ranks(0, -1), .. Ranks(1, -1)]).RankFindings.Should().BeEmpty();
    }

    [Fact]
    public void Without_a_majority_no_rank_is_named_and_unrecorded_fields_do_not_count()
    {
        RankPathwayFinding finding = Measure(Records.Quiet(0, 0), Records.Quiet(0, 1) with { PrecisionPath = "x", AlgorithmId = "66" }).RankFindings.Should().ContainSingle().Subject;
        finding.Rank.Should().BeNull();
        finding.Differences.Should().Equal(new PathwayDifference("algorithm_id", "66", "21"));
        Measure(Records.Quiet(0, 0), Records.Quiet(0, 1) with { AlgorithmId = null, FallbackCount = 4 }).RankFindings.Should().BeEmpty("what one rank did not record says nothing");
    }

    [Fact]
    public void Steps_are_held_against_what_ran_most_often_in_the_normal_regime()
    {
        StepState Slow(int step, string algorithm) => Records.Quiet(step) with { QueueTimeMs = 60, AlgorithmId = algorithm, Shape = new StepShape { QueryLength = 1, KeyLength = 20 } };
        StepState Quiet(int step, string algorithm) => Slow(step, algorithm) with { QueueTimeMs = 1 };
        ChurnReport churn = Measure(
            Quiet(0, "21"), Quiet(1, "21"), Quiet(2, "66"), Slow(3, "66"), Slow(4, "21"), Slow(5, "66"),
            Slow(6, "66") with { Shape = new StepShape { QueryLength = 1, KeyLength = 40 } });
        PlanConformance slow = churn.Regimes[0].Conformance;
        (slow.Conforming, slow.Deviating, slow.Undecidable, slow.Share).Should().Be((1, 2, 1, 1.0 / 3));
        PlanDeviation deviation = slow.Deviations.Should().ContainSingle().Subject;
        (deviation.Expected.AlgorithmId, deviation.Actual.AlgorithmId, deviation.Count, deviation.First.Index).Should().Be(("21", "66", 2, 3));
        churn.Regimes[1].Conformance.Should().BeEquivalentTo(new { Conforming = 2, Deviating = 1, Undecidable = 0 });
        PlanConformance tie = Measure(Quiet(0, "21"), Quiet(1, "66")).Regimes.Single().Conformance;
        (tie.Undecidable, tie.Share).Should().Be((2, null), "two plans are equally frequent");
    }

    [Fact]
    public void An_expected_plan_may_be_given()
    {
        PlanExpectation expected = PlanExpectation.Of(new PlanIdentity("21", null, "bf16", null, null));
        PlanConformance conformance = Measure(
            new ChurnOptions { Expected = expected },
            Records.Contract("a", [
                Records.Quiet(0) with { PrecisionPath = "bf16" }, Records.Quiet(1) with { PrecisionPath = "fp32" }, Records.Quiet(2), Records.Quiet(3) with { AlgorithmId = "66" },
                Records.Quiet(4) with { AlgorithmId = null, KernelVariant = null }])).Regimes.Single().Conformance;
        (conformance.Conforming, conformance.Deviating, conformance.Undecidable).Should().Be((1, 2, 2));
        FluentActions.Invoking(() => PlanExpectation.Of(new PlanIdentity(null, null, null, null, null))).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Times_are_by_regime()
    {
        ChurnReport churn = Measure([.. Enumerable.Range(0, 100).Select(step => Records.Quiet(step) with
        {
            GpuTimeMs = 100 - step, QueueTimeMs = step < 20 ? 60 + step : 0, Collective = new CollectiveState { CommTimeMs = step },
        })]);
        churn.Regimes.Select(group => (group.Regime, group.GpuMs, group.QueueMs, group.CommMs)).Should().Equal(
            (Regime.QueueDegraded, new Quantiles(20, 90, 99, 100), new Quantiles(20, 69, 78, 79), new Quantiles(20, 9, 18, 19)),
            (Regime.Normal, new Quantiles(80, 40, 76, 80), new Quantiles(80, 0, 0, 0), new Quantiles(80, 59, 95, 99)));
    }

    [Fact]
    public void Windows_are_by_replica_and_add_up()
    {
        ChurnReport churn = Measure(
            new ChurnOptions { WindowSteps = 4 },
            Records.Contract("a", [.. Enumerable.Range(0, 10).Select(step => Records.Quiet(step) with { AlgorithmId = $"{step % 3}", QueueTimeMs = step == 5 ? 60 : 0 })], "r0"),
            Records.Contract("b", [.. Enumerable.Range(0, 3).Select(step => Records.Quiet(step))], "r1"));
        churn.Windows.Select(window => (window.Replica, window.FirstIndex, window.LastIndex, window.StartedAt)).Should().Equal(
            ("r0", 0, 3, Records.Start), ("r0", 4, 7, Records.Start.AddMilliseconds(40)), ("r0", 8, 9, Records.Start.AddMilliseconds(80)), ("r1", 0, 2, Records.Start));
        foreach (ChurnGroup total in churn.Regimes)
        {
            ChurnGroup[] parts = [.. churn.Windows.SelectMany(window => window.Groups).Where(group => group.Regime == total.Regime)];
            (parts.Sum(part => part.Steps), parts.Sum(part => part.Switches), parts.Sum(part => part.ComparedSteps), parts.Sum(part => part.GpuMs.Count)).Should()
                .Be((total.Steps, total.Switches, total.ComparedSteps, total.GpuMs.Count));
        }
    }

    [Fact]
    public void A_slow_count_agrees() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 3], Gen.Double[0, 100]).List[2, 80].Sample(steps =>
        {
            StepState[] states = [.. steps.Select((step, index) => Records.Quiet(index) with { AlgorithmId = $"{step.Item1}", KernelVariant = step.Item2 == 3 ? null : $"k{step.Item2}", QueueTimeMs = step.Item3 })];
            ChurnReport churn = Measure(states);
            foreach (ChurnGroup group in churn.Regimes)
            {
                int[] mine = [.. Enumerable.Range(0, states.Length).Where(index => (states[index].QueueTimeMs > 50 ? Regime.QueueDegraded : Regime.Normal) == group.Regime)];
                group.Steps.Should().Be(mine.Length);
                group.Algorithms.Entries.ToDictionary(entry => entry.Value, entry => entry.Count).Should().Equal(mine.GroupBy(index => states[index].AlgorithmId!).ToDictionary(own => own.Key, own => own.Count()));
                group.Switches.Should().Be(mine.Count(index => index > 0 && (states[index].AlgorithmId, states[index].KernelVariant) != (states[index - 1].AlgorithmId, states[index - 1].KernelVariant)));
                group.GpuMs.Count.Should().Be(mine.Length);
            }
        }, iter: 100);

    [Fact]
    public void Nothing_recorded_gives_an_empty_report()
    {
        ChurnReport churn = Measure((ChurnOptions?)null);
        (churn.Regimes.Count, churn.Windows.Count, churn.Drift.Classes).Should().Be((0, 0, 0));
    }
}
