using System.Globalization;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Rules.CublasLt;
using PlanForensics.Rules.Serving;
using PlanForensics.Simulation.Batching;
using PlanForensics.Simulation.Dispatch;

namespace PlanForensics.Simulation.Sweep;

/// <summary>The LayerCast measurement, replayed: how far do greedy answers spread over serving configurations?</summary>
/// <remarks>
/// A configuration's prefill has batch x prompt rows, its decode batch rows; products of o_proj and down_proj are cut into ranks and summed by the all-reduce that their bytes choose; the request is the first of its batch (under two stages a row's place decides which rank adds it).
/// Metrics after arXiv 2506.09501.
/// </remarks>
public sealed class ConfigurationSpread
{
    private readonly PathRunner _runner;
    private readonly ServedModel _model;
    private readonly DeviceModel _device;

    private ConfigurationSpread(PathRunner runner, ServedModel model, DeviceModel device) => (_runner, _model, _device) = (runner, model, device);

    /// <summary>Measures.</summary>
    /// <param name="runner">Runs the model.</param>
    /// <param name="model">The model's shape, for dispatch.</param>
    /// <param name="device">Multiprocessors and workspace.</param>
    /// <param name="prompts">The prompts, at least one.</param>
    /// <param name="score">Scores an answer, 0 to 1 (or in any unit); null for none.</param>
    /// <param name="configurations">The configurations; null for <see cref="SpreadConfiguration.Twelve"/>.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellation">Cancels between operators.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentException">Ranks do not divide the model's heads.</exception>
    public static SpreadResult Run(
        PathRunner runner, ServedModel model, DeviceModel device, IReadOnlyList<SweepPrompt> prompts, Func<SweepPrompt, ValueList<int>, double>? score = null,
        IReadOnlyList<SpreadConfiguration>? configurations = null, IProgress<SweepProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(runner);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentOutOfRangeException.ThrowIfLessThan(prompts.Count, 1);
        configurations ??= SpreadConfiguration.Twelve;
        foreach (SpreadConfiguration item in configurations)
            if (model.Heads % item.Ranks != 0 || model.Intermediate % item.Ranks != 0)
                throw new ArgumentException($"{item.Ranks} ranks do not divide {model.Heads} heads and an MLP of {model.Intermediate}", nameof(configurations));
        return new ConfigurationSpread(runner, model, device).Run(prompts, score, configurations, progress, cancellation);
    }

    /// <summary>The metrics of answers.</summary>
    /// <param name="answers">For each prompt, one answer a configuration.</param>
    /// <param name="scores">For each prompt, one score a configuration; null for none.</param>
    /// <returns>The metrics.</returns>
    public static SpreadMetrics MetricsOf(IReadOnlyList<IReadOnlyList<PathOutcome>> answers, IReadOnlyList<IReadOnlyList<double>>? scores)
    {
        ArgumentNullException.ThrowIfNull(answers);
        List<double> divergences = [], probabilities = [];
        foreach (IReadOnlyList<PathOutcome> prompt in answers)
        {
            int agree = 0;
            while (prompt.All(answer => agree < answer.Tokens.Count && answer.Tokens[agree] == prompt[0].Tokens[agree]))
                agree++;
            if (prompt.Any(answer => !answer.Tokens.Equals(prompt[0].Tokens)))
                divergences.Add(agree);
            for (int position = 0; position < agree; position++)
                probabilities.Add(Deviation([.. prompt.Select(answer => answer.TopProbabilities[position])]));
        }

        ValueList<double>? accuracies = scores is null || scores.Count == 0 ? null : Enumerable.Range(0, scores[0].Count).Select(item => scores.Average(prompt => prompt[item])).ToValueList();
        return new SpreadMetrics(
            accuracies, accuracies is null ? null : Deviation([.. accuracies]), answers.Average(prompt => Deviation([.. prompt.Select(answer => (double)answer.Tokens.Count)])), divergences.Count,
            divergences.Count == 0 ? null : divergences.Average(), probabilities.Count == 0 ? 0 : probabilities.Average(),
            answers.Average(prompt => prompt.Select(answer => answer.Tokens).Distinct().Count()));
    }

    private static double Deviation(double[] values)
    {
        // Equal values deviate by nothing, whatever rounding says of their mean.
        if (values.Length < 2 || Array.TrueForAll(values, value => value == values[0]))
            return 0;
        double mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
    }

    private SpreadResult Run(
        IReadOnlyList<SweepPrompt> prompts, Func<SweepPrompt, ValueList<int>, double>? score, IReadOnlyList<SpreadConfiguration> configurations, IProgress<SweepProgress>? progress,
        CancellationToken cancellation)
    {
        DispatchRules[] rules = [.. configurations.Select(item => new DispatchRules(_model, _device, item.Ranks, CublasLtProfiles.Get(item.Profile)))];
        DispatchRules single = new(_model, _device);
        SweepPin all = SweepPins.Whole(1)[^1];
        List<PathOutcome[]> free = [], pinned = [];
        List<ProtocolPrompt> groups = [];
        foreach ((int index, SweepPrompt prompt) in prompts.Index())
        {
            progress?.Report(new SweepProgress("configurations", index, prompts.Count));
            ServedPath[] paths = [.. configurations.Select((item, place) => PathOf(prompt, item, rules[place]))];
            free.Add([.. paths.Select(path => _runner.Run(prompt, path, null, cancellation))]);
            pinned.Add([.. configurations.Select(item => _runner.Run(prompt, ServedPath.Of(
                prompt.Tokens.Count, all.PlanFor(single, Prefill(prompt, item)), all.PlanFor(single, Decode(prompt, item))), null, cancellation))]);
            bool explained = free[^1].Select(answer => answer.Tokens).Distinct().Count() == 1 || paths.Select((path, place) => (path, place)).DistinctBy(entry => PathText(entry.path))
                .All(entry => _runner.RunAgain(prompt, entry.path, cancellation).Tokens.Equals(free[^1][entry.place].Tokens));
            groups.Add(new ProtocolPrompt(prompt.Name, Group(free[^1], configurations), explained));
        }

        return new SpreadResult(configurations.ToValueList(), MetricsOf(free, Score(free)), MetricsOf(pinned, Score(pinned)), groups.ToValueList());

        IReadOnlyList<IReadOnlyList<double>>? Score(List<PathOutcome[]> answers) =>
            score is null ? null : [.. answers.Select((prompt, index) => (IReadOnlyList<double>)[.. prompt.Select(answer => score(prompts[index], answer.Tokens))])];
    }

    private static string PathText(ServedPath path) => FormattableString.Invariant($"{path.Prefill[0].Plan.Text} {path.Prefill[0].BatchRows} {path.Decode.Text} {path.DecodeRows}");

    private static ValueList<OutputGroup> Group(PathOutcome[] answers, IReadOnlyList<SpreadConfiguration> configurations) => answers.Zip(configurations)
        .GroupBy(entry => entry.First.Tokens)
        .Select(group => new OutputGroup(
            group.Key, group.Count(), group.Select(entry => entry.Second.Batch).Distinct().Order().ToValueList(), group.Select(entry => entry.Second.ToString()).ToValueList()))
        .OrderByDescending(group => group.Samples).ThenBy(group => group.Paths[0], StringComparer.Ordinal).ToValueList();

    private StepFacts Prefill(SweepPrompt prompt, SpreadConfiguration item) =>
        new(prompt.Tokens.Count * item.Batch, item.Batch, prompt.Tokens.Count, prompt.Tokens.Count, _device.WorkspaceBytes);

    private StepFacts Decode(SweepPrompt prompt, SpreadConfiguration item) => new(StepBatch.Padded(item.Batch), item.Batch, 1, prompt.Tokens.Count + 1, _device.WorkspaceBytes);

    private ServedPath PathOf(SweepPrompt prompt, SpreadConfiguration item, DispatchRules rules)
    {
        (StepFacts prefill, StepFacts decode) = (Prefill(prompt, item), Decode(prompt, item));
        return new ServedPath([new PrefillPart(prompt.Tokens.Count, PlanOf(rules, item, prefill), prefill.Rows)], PlanOf(rules, item, decode), decode.Rows);
    }

    /// <summary>The dispatched plan, with the ranks' sums in the products that are cut along K.</summary>
    private ExecutionPlan PlanOf(DispatchRules rules, SpreadConfiguration item, StepFacts facts)
    {
        ExecutionPlan plan = rules.Choose(facts).Plan;
        if (item.Ranks == 1)
            return plan;
        KernelChoice choice = CustomAllReduce.Choose(Math.Max((long)facts.Rows * _model.Hidden * _model.BytesPerValue, CustomAllReduce.PackBytes), item.Ranks, NumericFormat.Bf16);
        AllReducePlan reduce = choice.Plan as AllReducePlan ?? throw new PlanNotSupportedException(
            choice.Kernel, string.Create(CultureInfo.InvariantCulture, $"{item.Ranks} ranks, {facts.Rows} rows: {choice.Reason}; NCCL's order is not modelled"));
        return plan.With(new[] { OperatorRole.OutputProjection, OperatorRole.DownProjection }.Select(role => new PlanRule(
            null, null, role, ((GemmPlan)plan.GetPlan(ExecutionPhase.Decode, 0, role)) with { AllReduce = reduce })));
    }
}
