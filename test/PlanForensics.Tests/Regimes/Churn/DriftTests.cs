using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Plans;
using PlanForensics.Regimes;
using PlanForensics.Regimes.Churn;
using Xunit;

namespace PlanForensics.Tests.Regimes.Churn;

public sealed class DriftTests
{
    private static readonly int[] X = [1, 2, 3];

    private static string Hash(string text) => ContentHash.OfText(text).ToString()["sha256:".Length..];

    /// <summary>A request whose steps choose tokens (-1: none recorded) with logits hashes (null: none recorded).</summary>
    private static ExecutionContract Run(string id, string? replica, int[] tokens, string?[] logits, double[]? queues = null, int[]? x = null) => Records.Contract(
        id,
        tokens.Select((_, step) => Records.Quiet(step) with { QueueTimeMs = queues?[step] ?? 0, BatchFingerprint = $"{id} {step}" }),
        replica,
        state => new StepObservation { ChosenToken = tokens[state.StepIndex] < 0 ? null : tokens[state.StepIndex], LogitsSha256 = logits[state.StepIndex] is { } hash ? Hash(hash) : null },
        x ?? X);

    private static DriftReport Measure(params ExecutionContract[] contracts) => PlanChurn.Measure(new RegimeClassifier().Classify(StepTimeline.Of(contracts))).Drift;

    [Fact]
    public void Steps_with_other_logits_drift_in_their_own_regime()
    {
        DriftReport drift = Measure(
            Run("a", "r0", [5, 6, 7, 8], ["p", "q", "r", "s"]),
            Run("b", "r1", [5, 6, 7, 8], ["p", "q", "R", "S"], [0, 60, 60, 0]));
        drift.BetweenReplicas.Should().Equal(new DriftTally(Regime.QueueDegraded, 2, 1, 0, 1), new DriftTally(Regime.Normal, 6, 3, 0, 3));
        drift.BetweenReplicas[0].Rate.Should().Be(0.5);
        drift.Pairs.Should().Equal(new DriftPair(Regime.QueueDegraded, Regime.Normal, 2, 1), new DriftPair(Regime.Normal, Regime.Normal, 2, 1));
        (drift.Classes, drift.Requests).Should().Be((1, 2));
    }

    [Fact]
    public void After_a_flip_nothing_is_compared_since_the_inputs_differ()
    {
        DriftReport drift = Measure(Run("a", "r0", [5, 6, 7, 8], ["p", "q", "r", "s"]), Run("b", "r1", [5, 9, 1, 2], ["p", "Q", "x", "y"]));
        drift.BetweenReplicas.Should().Equal(new DriftTally(Regime.Normal, 4, 2, 2, 2));
    }

    [Fact]
    public void Other_x_is_not_compared() // negative control
    {
        DriftReport drift = Measure(Run("a", "r0", [5], ["p"]), Run("b", "r1", [6], ["q"], x: [1, 2, 4]));
        (drift.Classes, drift.BetweenRequests.Count).Should().Be((0, 0));
    }

    [Fact]
    public void Requests_of_one_replica_drift_between_requests_only()
    {
        DriftReport drift = Measure(Run("a", "r0", [5], ["p"]), Run("b", "r0", [5], ["q"]), Run("c", null, [5], ["p"]));
        drift.BetweenReplicas.Should().BeEmpty("no two of them name different replicas");
        drift.BetweenRequests.Should().Equal(new DriftTally(Regime.Normal, 3, 3, 0, 3));
        drift.Pairs.Should().Equal(new DriftPair(Regime.Normal, Regime.Normal, 3, 2));
    }

    [Fact]
    public void Those_who_flipped_alike_are_compared_further()
    {
        DriftReport drift = Measure(
            Run("a", "r0", [5, 6], ["p", "q"]), Run("b", "r1", [5, 6], ["p", "q"]), Run("c", "r2", [9, 6], ["P", "u"]), Run("d", "r3", [9, 6], ["P", "v"]));
        // Step 0: all four drift. Step 1: a and b agree; c and d drift.
        drift.BetweenReplicas.Should().Equal(new DriftTally(Regime.Normal, 8, 6, 4, 6));
        drift.Pairs.Should().Equal(new DriftPair(Regime.Normal, Regime.Normal, 8, 5));
    }

    [Fact]
    public void What_was_not_recorded_does_not_drift()
    {
        Measure(Run("a", "r0", [-1], [null]), Run("b", "r1", [5], ["p"])).BetweenReplicas.Should().BeEmpty();
        Measure(Run("a", "r0", [5], [null]), Run("b", "r1", [5], ["p"])).BetweenReplicas.Should().Equal(new DriftTally(Regime.Normal, 2, 0, 0, 0));
        // An unknown token: the inputs after it are not known to be equal.
        Measure(Run("a", "r0", [-1, 6], ["p", "q"]), Run("b", "r1", [5, 6], ["p", "Q"])).BetweenReplicas.Should().Equal(new DriftTally(Regime.Normal, 2, 0, 0, 0));
    }

    [Fact]
    public void A_prefill_in_chunks_is_aligned_by_context()
    {
        StepState Chunk(int step, int length, int context) => Records.Quiet(step) with { Phase = ExecutionPhase.Prefill, Shape = new StepShape { QueryLength = length, KeyLength = context } };
        StepState Decode(int step, int context) => Records.Quiet(step) with { Shape = new StepShape { QueryLength = 1, KeyLength = context } };
        ExecutionContract whole = Records.Contract(
            "a", [Chunk(0, 8, 8), Decode(1, 9)], "r0", state => new StepObservation { ChosenToken = state.StepIndex + 5, LogitsSha256 = Hash($"{state.StepIndex}") }, X);
        ExecutionContract chunked = Records.Contract(
            "b", [Chunk(0, 4, 4), Chunk(1, 4, 8), Decode(2, 9)], "r1",
            state => state.StepIndex == 0 ? new StepObservation() : new StepObservation { ChosenToken = state.StepIndex + 4, LogitsSha256 = Hash(state.StepIndex == 2 ? "other" : "0") }, X);
        Measure(whole, chunked).BetweenReplicas.Should().Equal(new DriftTally(Regime.Normal, 4, 2, 0, 2));
    }

    [Fact]
    public void Contexts_that_a_window_cuts_are_aligned_by_the_order_of_steps()
    {
        ExecutionContract Cut(string id, string replica, int last) => Records.Contract(
            id, Enumerable.Range(0, 4).Select(step => Records.Quiet(step) with { Shape = new StepShape { QueryLength = 1, KeyLength = Math.Min(12, 10 + step) } }), replica,
            state => new StepObservation { ChosenToken = state.StepIndex == 3 ? last : state.StepIndex }, X);
        Measure(Cut("a", "r0", 7), Cut("b", "r1", 8)).BetweenReplicas.Should().Equal(new DriftTally(Regime.Normal, 8, 2, 2, 0));
    }

    [Fact]
    public void A_slow_comparison_of_pairs_agrees()
    {
        Random random = new(5);
        for (int round = 0; round < 40; round++)
        {
            int count = random.Next(2, 6);
            (int[] Tokens, string[] Logits, string? Replica)[] runs =
            [
                .. Enumerable.Range(0, count).Select(_ => (
                    Enumerable.Range(0, 5).Select(_ => random.Next(6) == 0 ? 1 : 0).ToArray(), Enumerable.Range(0, 5).Select(_ => random.Next(4) == 0 ? "x" : "y").ToArray(),
                    random.Next(4) == 0 ? null : $"r{random.Next(3)}")),
            ];
            DriftReport drift = Measure([.. runs.Select((run, index) => Run($"q{index}", run.Replica, run.Tokens, run.Logits))]);
            (int compared, int drifted, int replicasCompared, int replicasDrifted) = (0, 0, 0, 0);
            for (int a = 0; a < count; a++)
            {
                for (int step = 0; step < 5; step++)
                {
                    int[] others = [.. Enumerable.Range(0, count).Where(b => b != a && runs[b].Tokens.AsSpan(0, step).SequenceEqual(runs[a].Tokens.AsSpan(0, step)))];
                    int[] elsewhere = [.. others.Where(b => runs[a].Replica is not null && runs[b].Replica is not null && runs[a].Replica != runs[b].Replica)];
                    bool Differs(int b) => runs[a].Tokens[step] != runs[b].Tokens[step] || runs[a].Logits[step] != runs[b].Logits[step];
                    compared += others.Length > 0 ? 1 : 0;
                    drifted += others.Any(Differs) ? 1 : 0;
                    replicasCompared += elsewhere.Length > 0 ? 1 : 0;
                    replicasDrifted += elsewhere.Any(Differs) ? 1 : 0;
                }
            }

            (drift.BetweenRequests.Sum(tally => tally.Compared), drift.BetweenRequests.Sum(tally => tally.Drifted)).Should().Be((compared, drifted));
            (drift.BetweenReplicas.Sum(tally => tally.Compared), drift.BetweenReplicas.Sum(tally => tally.Drifted)).Should().Be((replicasCompared, replicasDrifted));
        }
    }
}
