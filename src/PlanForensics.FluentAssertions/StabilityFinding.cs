using System.Globalization;
using PlanForensics.Attribution;
using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Kernels;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.FluentAssertions;

/// <summary>Runs prompts under every plan and words the first flip.</summary>
internal sealed class StabilityFinding
{
    private const string Expectation = "Expected {context:model} to choose the same tokens under every plan";
    private const int MostListed = 8;

    private readonly ReplayModel _model;
    private readonly int[][] _prompts;
    private readonly PlanSchedule[] _plans;
    private readonly PlanStabilityOptions _options;
    private readonly IReplayEngine _engine;

    public StabilityFinding(ReplayModel model, int[][] prompts, PlanSchedule[] plans, PlanStabilityOptions options)
    {
        if (prompts.Length == 0)
            throw new ArgumentException("at least one prompt", nameof(prompts));
        (_model, _prompts, _plans, _options) = (model, prompts, plans, options);
        _engine = options.Engine ?? new CpuReplayEngine(KernelSelection.Default, new OperatorMemo(256L << 20));
    }

    /// <summary>What was measured; null before <see cref="Run"/>, or where nothing was.</summary>
    public RiskSurface? Surface { get; private set; }

    public string? Run()
    {
        if (_plans.Length < 2)
            return new Finding(Expectation, $"{ElementText.Count(_plans.Length, "plan")} cannot differ: give two or more").Message;
        Dictionary<string, int[]> named = _prompts.Index().ToDictionary(entry => string.Create(CultureInfo.InvariantCulture, $"prompt-{entry.Index}"), entry => entry.Item);
        Surface = RiskSurface.MeasurePrompts(_engine, _model, named, _plans[0], _options.Steps, _plans);
        StabilityBudget[] flipping = [.. Surface.Flipping];
        if (flipping.Length > 0)
        {
            StabilityBudget budget = flipping.MinBy(budget => (budget.FirstFlipStep!.Value, budget.RequestId))!;
            return Flip(budget, named[budget.RequestId], flipping.Length);
        }

        RefusedCandidate? refused = Surface.Budgets.SelectMany(budget => budget.Refused).FirstOrDefault();
        return refused is null || _options.PassesOverRefused ? OneClass() : Refused(refused);
    }

    /// <summary>Plans that are one class cannot differ: nothing was shown.</summary>
    private string? OneClass()
    {
        StabilityBudget first = Surface!.Budgets[0];
        return first.Classes.Count > 1 ? null : new Finding(Expectation, $"the {ElementText.Count(_plans.Length, "plan")} are {ElementText.Count(first.Classes.Count, "class")} of equal programs here: nothing was compared")
            .Line("plans", string.Join(", ", _plans.Select(plan => plan.Name))).Message;
    }

    private string Refused(RefusedCandidate refused) => new Finding(Expectation, $"{ElementText.Count(Surface!.Budgets[0].Refused.Count, "plan")} of {ElementText.Number(_plans.Length)} could not be run")
        .Line("plan", $"{refused.Name}, step {ElementText.Number(refused.StepIndex)}{(refused.Operator is { } at ? $", {at}" : "")}: {refused.Reason}")
        .Line("note", $"leave it out, or say {nameof(PlanStabilityOptions.PassesOverRefused)}").Message;

    private string Flip(StabilityBudget budget, int[] prompt, int flippingPrompts)
    {
        StabilityStep step = budget.Steps[^1];
        CandidateClass flips = budget.Classes[step.FlippingClasses[0]];
        ExecutionContract recorded = GreedyRecording.Run(_engine, _model, budget.RequestId, prompt, _plans[0], step.StepIndex + 1);
        ExecutionContract expected = Replay(recorded, _plans[0]);
        ExecutionContract actual = Replay(recorded, flips.Schedule);
        StepDiff differing = TraceDiff.Between(expected, actual).Steps[^1];
        Finding finding = new(
            Expectation, string.Create(CultureInfo.InvariantCulture, $"{Classes(step.FlippingClasses.Count, budget.Classes.Count)} a token of {flippingPrompts} of {ElementText.Count(_prompts.Length, "prompt")}"));
        return finding
            .Line("prompt", $"{ElementText.Number(Array.IndexOf(_prompts, prompt))}: {ElementText.Count(prompt.Length, "token")} [{string.Join(", ", prompt.Take(MostListed))}{(prompt.Length > MostListed ? ", ..." : "")}]")
            .Line("step", $"{ElementText.Number(step.StepIndex)}, the first at which a plan flips the token")
            .Line("token", $"{TraceFinding.Token(differing.TokenA)} under {_plans[0].Name}, {TraceFinding.Token(differing.TokenB)} under {flips.Name}")
            .Line("margin", $"{TraceFinding.Margin(differing.MarginA, _plans[0].Name)}\n{TraceFinding.Margin(differing.MarginB, flips.Name)}")
            .Line("spread", $"{ElementText.Number(step.Spread)}: the most by which a plan moves this margin")
            .Line("plan class", string.Join("\n", step.FlippingClasses.Take(MostListed).Select(index => budget.Classes[index].ToString()))
                + (step.FlippingClasses.Count > MostListed ? $"\nand {ElementText.Number(step.FlippingClasses.Count - MostListed)} more" : ""))
            .Line("operator", _options.FindsOperator ? Operator(recorded, flips.Schedule) : null)
            .Line("reproduce", Command(expected with { RequestId = $"{budget.RequestId}-{_plans[0].Name}" }, actual with { RequestId = $"{budget.RequestId}-{flips.Name}" }))
            .Message;
    }

    private static string Classes(int flipping, int all) => $"{ElementText.Number(flipping)} of {ElementText.Number(all)} plan classes flip{(flipping == 1 ? "s" : "")}";

    /// <summary>The recorded tokens given, so that all steps compare; the last step's token is the plan's own.</summary>
    private ExecutionContract Replay(ExecutionContract recorded, PlanSchedule plan) => ContractReplay.Run(_engine, _model, recorded, plan) with { Replica = null };

    private string Operator(ExecutionContract recorded, PlanSchedule flips)
    {
        BisectionResult result = OperatorBisection.Run(_engine, _model, recorded, _plans[0], recorded, flips, new BisectionOptions { StepIndex = recorded.Steps[^1].State.StepIndex });
        return result.Explanation;
    }

    private string? Command(ExecutionContract expected, ExecutionContract actual) => Evidence.Store([expected, actual], (store, ids) =>
    {
        string diff = $"planforensics diff {ids[0]} {ids[1]} --store {store}";
        string? folder = _model.Source.Files.Count == 0 ? null : Path.GetDirectoryName(Path.GetFullPath(_model.Source.Files[0].Path));
        return folder is null ? diff : $"{diff}\nplanforensics bisect {ids[0]} {ids[1]} --store {store} --model {Evidence.Quote(folder)} --plan-a recorded --plan-b recorded";
    });
}
