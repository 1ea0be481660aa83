using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Regimes;
using PlanForensics.Replay;
using PlanForensics.Simulation.Batching;
using PlanForensics.Simulation.Dispatch;
using PlanForensics.Simulation.Sweep;
using PlanForensics.Simulation.Traffic;
using Xunit;

namespace PlanForensics.Tests.Simulation.Sweep;

public sealed class RegimeSweepTests
{
    private static readonly SweepPrompt[] Prompts = [SweepModel.Prompt("Behold, I will"), SweepModel.Prompt("Then the people")];

    private static readonly SimulationOptions Engine = new() { KeyValuePoolMb = 2000, Disturbances = [Disturbance.Parse("strict@0-0.5")] };

    private readonly DispatchRules _rules = new(SweepModel.Shape, new DeviceModel());

    [Fact]
    public void Drift_flips_and_pins_are_what_replays_say()
    {
        StepTimeline timeline = Timeline(new PoissonTraffic { Count = 80, RatePerSecond = 60 }.Generate(1));
        RegimeSweepResult result = RegimeSweep.Run(SweepModel.Runner(48), SweepModel.Shape, Prompts, timeline, Engine, new SweepOptions { SamplesPerRegime = 3 });

        result.Regimes.Select(regime => regime.Regime).Should().Contain(Regime.IsolationStrict).And.BeInAscendingOrder().And.HaveCountGreaterThan(1);
        result.Regimes.Sum(regime => regime.Iterations).Should().Be(timeline.Steps.Count);
        result.Differs.Should().BeTrue();
        RegimeDrift drift = result.Regimes.First(regime => regime.DifferentAnswers > 0);
        drift.DifferentSteps.Should().BeGreaterThanOrEqualTo(drift.FlippedSteps).And.BePositive();
        Oracle(drift).Should().Be((drift.Steps, drift.DifferentSteps, drift.FlippedSteps, drift.DifferentAnswers));

        // The pin holds over every sample, verified here by another path through the library; without it answers differ.
        PinTrial pin = result.Pin!;
        pin.Holds.Should().BeTrue();
        result.Trials.Should().BeInAscendingOrder(trial => trial.EstimatedCost);
        result.Trials.TakeWhile(trial => trial != pin).Should().OnlyContain(trial => !trial.Holds);
        StepFacts[] facts = [.. result.Regimes.SelectMany(regime => regime.Samples).Select(sample => sample.Facts).Distinct()];
        Answers(Prompts[0], pin.Pin, facts).Should().ContainSingle();
        Prompts.Sum(prompt => Answers(prompt, SweepPin.None, facts).Count).Should().BeGreaterThan(Prompts.Length, "the control");
        result.Trials.Should().Contain(trial => trial.Pin.PadRows > 0 && trial.EstimatedCost > 0).And.Contain(trial => trial.Pin.IsFp32 && trial.EstimatedCost > 0);
    }

    [Fact]
    public void Nothing_drifts_where_every_request_runs_alone()
    {
        TrafficTrace trace = new("alone", DateTimeOffset.UnixEpoch, Enumerable.Range(0, 5).Select(index => new TrafficRequest { ArrivalTicks = index * 100_000_000L, PromptTokens = 5, OutputTokens = 9 }));

        RegimeSweepResult result = RegimeSweep.Run(SweepModel.Runner(6), SweepModel.Shape, Prompts, Timeline(trace), Engine with { Disturbances = [] });

        result.Regimes.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Regime = Regime.Normal, DifferentSteps = 0L, FlippedSteps = 0L, DifferentAnswers = 0 });
        result.Differs.Should().BeFalse();
        result.Pin.Should().BeNull();
        result.Trials.Should().BeEmpty();
        result.MarginUlps.Should().HaveCount(12).And.BeInAscendingOrder();
    }

    [Theory]
    [InlineData(1, 32L << 20, 4)]
    [InlineData(8, 32L << 20, 4)]
    [InlineData(9, 32L << 20, 2)]
    [InlineData(32, 32L << 20, 2)]
    [InlineData(33, 32L << 20, 1)]
    [InlineData(1, 2 * 2048 * 4, 2)] // four slices of one row of 2,048 logits need 32,768 bytes
    [InlineData(1, 0, 1)]
    public void Rows_and_workspace_decide_the_slices_of_the_head(int rows, long workspace, int slices)
    {
        DispatchChoice choice = _rules.Choose(new StepFacts(rows, 1, 1, 10, workspace));

        ((GemmPlan)choice.Plan.GetPlan(ExecutionPhase.Decode, -1, OperatorRole.LmHead)).SplitK.Should().Be(slices);
        (choice.FallbackCount > 0).Should().Be(workspace < 32L << 20);
        choice.Config.Splits.Should().Be(slices);
    }

    [Fact]
    public void A_pin_of_one_operator_leaves_the_others()
    {
        ExecutionPlan free = _rules.Choose(new StepFacts(1, 1, 1, 10, 32L << 20)).Plan;
        ExecutionPlan pinned = SweepPin.Fix([OperatorRole.QueryProjection]).PlanFor(_rules, new StepFacts(1, 1, 1, 10, 32L << 20));

        pinned.Rules.Except(free.Rules).Should().ContainSingle().Which.Should().BeEquivalentTo(new { Role = OperatorRole.QueryProjection, Plan = new { SplitK = 1 } });
        new SweepPin("pad", [], PadRows: 40).PlanFor(_rules, new StepFacts(1, 1, 1, 10, 32L << 20)).Should().Be(_rules.Choose(new StepFacts(40, 1, 1, 10, 32L << 20)).Plan);
    }

    /// <summary>A product of 4,096 x 4,096 at 8 rows in s slices fills 64 s of 132 multiprocessors' worth of tiles.</summary>
    [Fact]
    public void Costs_follow_the_fill_of_the_device()
    {
        SweepCost cost = new(new SimulationOptions());
        StepFacts[] few = [new StepFacts(8, 8, 1, 1000, 32L << 20)];
        StepFacts[] many = [new StepFacts(2048, 8, 2048, 2048, 32L << 20)];

        // q_proj: four slices fill the device, one fills 64 / 132: its 4096^2 x 2 bytes at 2.7e12 B/s take 132 / 64 times as long in each of 32 layers.
        double q = (4096.0 * 4096 * 2 + (8 * 8192 * 2)) / 2.7e12;
        double products = 32 * ((4096.0 * (4096 + 1024 + 1024 + 4096 + (3 * 14336)) * 2 + (8 * 2.0 * (8192 + 5120 + 5120 + 8192 + (3 * 18432)))) / 2.7e12) + (((4096.0 * 128256 * 2) + (8 * 2.0 * 132352)) / 2.7e12);
        double keys = 32 * 2 * (((4096.0 * 1024 * 2) + (8 * 2.0 * 5120)) / 2.7e12) * ((132.0 / 64) - 1);
        double step = 1e-3 + products + keys + (8 * 1000 * 131072.0 / 2.7e12);
        cost.Of(SweepPin.Fix([OperatorRole.QueryProjection]), few).Should().BeApproximately(32 * q * ((132.0 / 64) - 1) / step, 1e-9);
        cost.Of(SweepPin.None, few).Should().Be(0);
        cost.Of(SweepPin.Fix([OperatorRole.QueryProjection]), many).Should().Be(0, "2,048 rows are not split anyway");
    }

    private static StepTimeline Timeline(TrafficTrace trace)
    {
        SimulatedTimeline run = new();
        EngineSimulation.Run(trace, Engine with { Disturbances = trace.Name == "alone" ? [] : Engine.Disturbances }, run);
        return StepTimeline.Read(run);
    }

    private (long Steps, long Different, long Flipped, int Answers) Oracle(RegimeDrift drift)
    {
        (long steps, long different, long flipped, int answers) = (0, 0, 0, 0);
        foreach (SweepPrompt prompt in Prompts)
        {
            ExecutionContract alone = Record(prompt, _rules.Choose(new StepFacts(prompt.Tokens.Count, 1, prompt.Tokens.Count, prompt.Tokens.Count, 32L << 20)).Plan, _rules.Choose(new StepFacts(1, 1, 1, prompt.Tokens.Count + 1, 32L << 20)).Plan);
            foreach (SampledStep sample in drift.Samples)
            {
                ExecutionContract replayed = ContractReplay.Run(SampleEngine, SweepModel.Model, alone, new PlanSchedule("sample", sample.Choice.Plan));
                bool flips = false;
                foreach ((ContractStep a, ContractStep b) in alone.Steps.Zip(replayed.Steps))
                {
                    steps++;
                    different += a.Observation.LogitsHash == b.Observation.LogitsHash ? 0 : 1;
                    flipped += a.Observation.ChosenToken == b.Observation.ChosenToken ? 0 : 1;
                    flips |= a.Observation.ChosenToken != b.Observation.ChosenToken;
                }

                answers += flips ? 1 : 0;
            }
        }

        return (steps, different, flipped, answers);
    }

    private static readonly CpuReplayEngine SampleEngine = new(KernelSelection.Default, new OperatorMemo(256L << 20));

    private static ExecutionContract Record(SweepPrompt prompt, ExecutionPlan prefill, ExecutionPlan decode)
    {
        ExecutionContract run = GreedyRecording.Run(
            SampleEngine, SweepModel.Model, "alone", prompt.Tokens.AsSpan(), new PlanSchedule("alone", state => state.Phase == ExecutionPhase.Prefill ? prefill : decode), 48);
        int end = run.Steps.ToList().FindIndex(step => SweepModel.Model.Configuration.EndTokenIds.Contains(step.Observation.ChosenToken!.Value));
        return end < 0 ? run : run with { Steps = run.Steps.Take(end + 1).ToValueList() };
    }

    private HashSet<string> Answers(SweepPrompt prompt, SweepPin pin, StepFacts[] facts) =>
    [
        .. facts.Select(item => pin.PlanFor(_rules, item)).Append(pin.PlanFor(_rules, new StepFacts(1, 1, 1, prompt.Tokens.Count + 1, 32L << 20)))
            .Select(plan => string.Join(' ', Record(prompt, plan, plan).ChosenTokens)),
    ];
}
