using PlanForensics.Contracts;
using PlanForensics.Plans;
using PlanForensics.Regimes;
using PlanForensics.Replay;
using PlanForensics.Simulation.Batching;
using PlanForensics.Simulation.Dispatch;

namespace PlanForensics.Simulation.Sweep;

/// <summary>
/// Replays a model under the plans that sampled iterations of a timeline would have dispatched for it: what each regime does to logits and tokens, how thin the margins are, and the cheapest pin under which no
/// answer depends on the batch. docs/sweep.md states what is compared with what.
/// </summary>
public sealed class RegimeSweep
{
    private readonly PathRunner _runner;
    private readonly IReadOnlyList<SweepPrompt> _prompts;
    private readonly DispatchRules _rules;
    private readonly SimulationOptions _engine;
    private readonly IProgress<SweepProgress>? _progress;
    private readonly CancellationToken _cancellation;

    private RegimeSweep(
        PathRunner runner, IReadOnlyList<SweepPrompt> prompts, DispatchRules rules, SimulationOptions engine, IProgress<SweepProgress>? progress, CancellationToken cancellation) =>
        (_runner, _prompts, _rules, _engine, _progress, _cancellation) = (runner, prompts, rules, engine, progress, cancellation);

    /// <summary>Sweeps.</summary>
    /// <param name="runner">Runs the model.</param>
    /// <param name="model">The model's shape, for dispatch.</param>
    /// <param name="prompts">The prompts, at least one.</param>
    /// <param name="timeline">Where iterations are sampled: a simulation's, or a recorded store's.</param>
    /// <param name="engine">The served model and device, for the cost of pins; multiprocessors and workspace also for dispatch.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellation">Cancels between operators.</param>
    /// <returns>The result.</returns>
    /// <exception cref="PlanNotSupportedException">A plan is refused.</exception>
    public static RegimeSweepResult Run(
        PathRunner runner, ServedModel model, IReadOnlyList<SweepPrompt> prompts, StepTimeline timeline, SimulationOptions engine, SweepOptions? options = null,
        IProgress<SweepProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(runner);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(timeline);
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentOutOfRangeException.ThrowIfLessThan(prompts.Count, 1);
        options ??= new SweepOptions();
        DispatchRules rules = new(model, engine.Device);
        RegimeHistory history = new RegimeClassifier(options.Thresholds).Classify(timeline);
        return new RegimeSweep(runner, prompts, rules, engine, progress, cancellation).Run(history, options);
    }

    /// <summary>What dispatchers see of an iteration.</summary>
    /// <param name="step">The iteration.</param>
    /// <param name="workspaceBytes">Free workspace where it was not recorded.</param>
    /// <returns>The facts; null where neither rows nor batch were recorded.</returns>
    public static StepFacts? FactsOf(EngineStep step, long workspaceBytes) => (step.PaddedBatch ?? step.Tokens) is not { } rows
        ? null
        : new StepFacts(rows, step.BatchSize ?? step.MemberCount, step.QueryLength, step.KeyLength, step.WorkspaceFreeBytes ?? workspaceBytes);

    private RegimeSweepResult Run(RegimeHistory history, SweepOptions options)
    {
        List<RegimeDrift> regimes = [];
        IGrouping<Regime, EngineStep>[] groups = [.. history.Timeline.Steps.Where(step => step.Rank == 0).GroupBy(history.RegimeOf).OrderBy(group => group.Key)];
        foreach (IGrouping<Regime, EngineStep> group in groups)
        {
            _progress?.Report(new SweepProgress($"replaying {RegimeNames.NameOf(group.Key)}", regimes.Count, groups.Length));
            EngineStep[] steps = [.. group];
            List<SampledStep> samples = Sample(group.Key, steps, options.SamplesPerRegime);
            if (samples.Count > 0)
                regimes.Add(Measure(group.Key, steps.Length, samples));
        }

        ValueList<long> margins = _prompts.SelectMany(prompt => Alone(prompt, SweepPin.None).MarginUlps).Order().ToValueList();
        SampledStep[] all = [.. regimes.SelectMany(regime => regime.Samples)];
        List<PinTrial> trials = options.SearchesPins && regimes.Exists(regime => regime.DifferentAnswers > 0) ? TryPins(all) : [];
        return new RegimeSweepResult(regimes.ToValueList(), margins, trials.ToValueList(), trials.Find(trial => trial.Holds), _runner.RunCount);
    }

    /// <summary>Iterations at (i + 1/2) / n of the regime's own, in order of time.</summary>
    private List<SampledStep> Sample(Regime regime, EngineStep[] steps, int most)
    {
        List<SampledStep> samples = [];
        int count = Math.Min(most, steps.Length);
        for (int index = 0; index < count; index++)
        {
            EngineStep step = steps[(int)(((2L * index) + 1) * steps.Length / (2 * count))];
            if (FactsOf(step, _engine.Device.WorkspaceBytes) is { } facts)
                samples.Add(new SampledStep(regime, step.Index, facts, _rules.Choose(facts)));
        }

        return samples;
    }

    private RegimeDrift Measure(Regime regime, int iterations, List<SampledStep> samples)
    {
        (long steps, long different, long flipped, int answers, long? margin) = (0, 0, 0, 0, null);
        foreach (SweepPrompt prompt in _prompts)
        {
            PathOutcome alone = Alone(prompt, SweepPin.None);
            foreach (SampledStep sample in samples)
            {
                PathOutcome forced = _runner.Run(prompt, PathOf(prompt, sample.Facts, SweepPin.None), alone.Tokens, _cancellation);
                // Running freely, the answer changes exactly where a step flips: up to the first flip both see the same tokens.
                answers += forced.Tokens.Equals(alone.Tokens) ? 0 : 1;
                for (int step = 0; step < alone.Tokens.Count; step++)
                {
                    steps++;
                    different += forced.LogitHashes[step] == alone.LogitHashes[step] ? 0 : 1;
                    if (forced.Tokens[step] == alone.Tokens[step])
                        continue;
                    flipped++;
                    margin = Math.Max(margin ?? 0, alone.MarginUlps[step]);
                }
            }
        }

        return new RegimeDrift
        {
            Regime = regime, Iterations = iterations, Samples = samples.ToValueList(), PlanCount = samples.Select(sample => sample.Choice.Plan.Text).Distinct().Count(), Steps = steps,
            DifferentSteps = different, FlippedSteps = flipped, DifferentAnswers = answers, Answers = _prompts.Count * samples.Count, LargestFlippedMarginUlps = margin,
        };
    }

    /// <summary>The answer of a request that nobody shares a step with, under a pin.</summary>
    private PathOutcome Alone(SweepPrompt prompt, SweepPin pin)
    {
        long workspace = _engine.Device.WorkspaceBytes;
        int tokens = prompt.Tokens.Count;
        return _runner.Run(prompt, ServedPath.Of(
            tokens, pin.PlanFor(_rules, new StepFacts(tokens, 1, tokens, tokens, workspace)), pin.PlanFor(_rules, new StepFacts(1, 1, 1, tokens + 1, workspace))), null, _cancellation);
    }

    private ServedPath PathOf(SweepPrompt prompt, StepFacts facts, SweepPin pin)
    {
        ExecutionPlan plan = pin.PlanFor(_rules, facts);
        return ServedPath.Of(prompt.Tokens.Count, plan, plan);
    }

    private List<PinTrial> TryPins(SampledStep[] samples)
    {
        SweepCost cost = new(_engine);
        StepFacts[] facts = [.. samples.Select(sample => sample.Facts)];
        List<PinTrial> trials = [];
        SweepPin[] single = SweepPins.Single(samples.Select(sample => sample.Choice.Plan).Concat(_prompts.SelectMany(AlonePlans)));
        SweepPin[] whole = SweepPins.Whole(facts.Select(item => item.Rows).Concat(_prompts.Select(prompt => prompt.Tokens.Count)).Max());
        foreach (SweepPin pin in single)
            Try(pin);
        // The operators that help most, together, until nothing differs.
        PinTrial[] order = [.. trials.OrderBy(trial => trial.DifferentAnswers).ThenBy(trial => trial.EstimatedCost)];
        for (int count = 2; count < order.Length && !trials.Exists(trial => trial.Holds); count++)
            Try(SweepPin.Fix([.. order.Take(count).SelectMany(trial => trial.Pin.Roles)]));
        // What such a set does not need is left out again, the most expensive first.
        PinTrial? found = trials.Find(trial => trial.Holds);
        foreach (PinTrial part in order.OrderByDescending(trial => trial.EstimatedCost))
        {
            if (found is null || part.Pin.Roles.Length == found.Pin.Roles.Length || !part.Pin.Roles.All(found.Pin.Roles.Contains))
                continue;
            SweepPin smaller = SweepPin.Fix([.. found.Pin.Roles.Except(part.Pin.Roles)]);
            if (trials.Exists(trial => trial.Pin.Name == smaller.Name))
                continue;
            Try(smaller);
            found = trials[^1].Holds ? trials[^1] : found;
        }

        foreach (SweepPin pin in whole)
            Try(pin);
        return [.. trials.OrderBy(trial => trial.EstimatedCost).ThenBy(trial => trial.Pin.Roles.Length)];

        void Try(SweepPin pin)
        {
            _cancellation.ThrowIfCancellationRequested();
            _progress?.Report(new SweepProgress($"pin: {pin.Name}", trials.Count, (3 * single.Length) + whole.Length));
            (int answers, bool bits) = (0, true);
            foreach (SweepPrompt prompt in _prompts)
            {
                PathOutcome alone = Alone(prompt, pin);
                foreach (SampledStep sample in samples)
                {
                    PathOutcome batched = _runner.Run(prompt, PathOf(prompt, sample.Facts, pin), null, _cancellation);
                    answers += batched.Tokens.Equals(alone.Tokens) ? 0 : 1;
                    bits &= batched.LogitHashes.Equals(alone.LogitHashes);
                }
            }

            trials.Add(new PinTrial(pin, cost.Of(pin, facts), answers, _prompts.Count * samples.Length, bits));
        }
    }

    private IEnumerable<ExecutionPlan> AlonePlans(SweepPrompt prompt)
    {
        long workspace = _engine.Device.WorkspaceBytes;
        int tokens = prompt.Tokens.Count;
        yield return _rules.Choose(new StepFacts(tokens, 1, tokens, tokens, workspace)).Plan;
        yield return _rules.Choose(new StepFacts(1, 1, 1, tokens + 1, workspace)).Plan;
    }
}
