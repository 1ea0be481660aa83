using PlanForensics.Contracts;
using PlanForensics.Models;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Attribution;

/// <summary>Finds the operators whose plans make two executions of one request differ, by substituting side B's plans into side A operator by operator.</summary>
/// <remarks>
/// An operator is a role in a layer. A substitution holds through the whole trajectory, from the prefill to the step looked at, with side A's tokens given. Only
/// operators that run different programs at some step are searched (<see cref="SubsetSearch"/>). Bitwise: identical on every machine.
/// </remarks>
public sealed class OperatorBisection
{
    private readonly IReplayEngine _engine;
    private readonly ReplayModel _model;
    private readonly ExecutionContract _recorded;
    private readonly SubstitutionSpace _space;
    private readonly BisectionTarget _target;
    private readonly CancellationToken _cancellation;
    private int _endpointReplays;

    private OperatorBisection(
        IReplayEngine engine, ReplayModel model, ExecutionContract recorded, SubstitutionSpace space, BisectionTarget target, CancellationToken cancellation) =>
        (_engine, _model, _recorded, _space, _target, _cancellation) = (engine, model, recorded, space, target, cancellation);

    /// <summary>Bisects.</summary>
    /// <param name="engine">The engine; a memo saves most of the work.</param>
    /// <param name="model">The model.</param>
    /// <param name="a">Side A's recording. Its tokens are the ones given to every replay.</param>
    /// <param name="planA">The plan that ran on side A.</param>
    /// <param name="b">Side B's recording of the same request; may be side A's where only plans differ.</param>
    /// <param name="planB">The plan that ran on side B; it is asked with side B's states.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="progress">Told of every replay.</param>
    /// <param name="cancellation">Cancels between operators.</param>
    /// <returns>The result; what cannot be bisected is a result too.</returns>
    public static BisectionResult Run(
        IReplayEngine engine, ReplayModel model, ExecutionContract a, PlanSchedule planA, ExecutionContract b, PlanSchedule planB, BisectionOptions? options = null,
        IProgress<AttributionProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(planA);
        ArgumentNullException.ThrowIfNull(b);
        ArgumentNullException.ThrowIfNull(planB);
        options ??= new BisectionOptions();
        try
        {
            SubstitutionSpace whole = SubstitutionSpace.Of(model, a, planA, b, planB, options.StepIndex);
            int? step = options.StepIndex ?? new OperatorBisection(engine, model, a, whole, options.Target, cancellation).FirstDifference();
            if (step is null)
                return Without(
                    BisectionState.NotReproduced, options, whole,
                    "the two plans, replayed from side A's tokens, do not differ in the target at any step that both sides recorded");
            SubstitutionSpace space = options.StepIndex is null ? SubstitutionSpace.Of(model, a, planA, b, planB, step) : whole;
            var bisection = new OperatorBisection(engine, model, a, space, options.Target, cancellation) { _endpointReplays = options.StepIndex is null ? 2 : 0 };
            return bisection.Search(options, progress);
        }
        catch (Exception exception) when (exception is ContractReplayException or PlanNotSupportedException)
        {
            return Without(BisectionState.NotPossible, options, null, exception.Message);
        }
    }

    private BisectionResult Search(BisectionOptions options, IProgress<AttributionProgress>? progress)
    {
        BisectionRun baseline = Replay([], bypassMemo: true);
        BisectionRun other = Replay(_space.Different);
        ControlReport controls = Controls(baseline, other);
        BisectionResult result = Without(BisectionState.Found, options, _space, "") with
        {
            StepIndex = _space.Steps[^1].Recorded.State.StepIndex,
            TokenA = baseline.Token,
            TokenB = other.Token,
            Controls = controls,
        };
        if (!controls.Repeat.Passed || !controls.Probe.Passed)
            return result with { State = BisectionState.ControlFailed, Explanation = $"a control failed: {controls.FirstFailure!.Detail}" };
        if (!other.Differs(baseline, _target))
            return result with { State = BisectionState.NotReproduced, Explanation = NotReproduced() };
        int replays = 0;
        bool Changes(IReadOnlyList<int> subset)
        {
            progress?.Report(new AttributionProgress("bisect", ++replays, 0));
            return Replay(subset.Select(index => _space.Different[index])).Differs(baseline, _target);
        }

        SubsetSearchResult found = SubsetSearch.Run(_space.Different.Count, Changes, options.TriesSingles);
        ValueList<OperatorGroup> groups = found.Groups.Select(group => Describe(group, result.StepIndex!.Value)).ToValueList();
        return result with
        {
            Explanation = Explain(groups, found),
            Groups = groups,
            HasInteraction = found.HasInteraction,
            Cancels = found.Cancels,
            SearchReplays = found.SearchEvaluations,
            ReplayBound = SubsetSearch.Bound(_space.Different.Count, groups.Count),
            InteractionReplays = found.InteractionEvaluations,
            VerificationReplays = found.VerificationEvaluations,
        };
    }

    private int? FirstDifference()
    {
        using IEnumerator<ContractStep> a = Steps([], false, null).GetEnumerator();
        using IEnumerator<ContractStep> b = Steps(_space.Different, false, null).GetEnumerator();
        while (a.MoveNext() && b.MoveNext())
            if (_target == BisectionTarget.Token
                ? a.Current.Observation.ChosenToken != b.Current.Observation.ChosenToken
                : a.Current.Observation.LogitsHash != b.Current.Observation.LogitsHash)
                return a.Current.State.StepIndex;
        return null;
    }

    private ControlReport Controls(BisectionRun baseline, BisectionRun other)
    {
        BisectionRun again = Replay([], bypassMemo: true);
        long observed = 0;
        BisectionRun probed = Replay([], observer: output => observed += output.Values.Length);
        int steps = _space.Steps.Count;
        string Outcome(bool equal) => equal ? FormattableString.Invariant($"equal in {steps} steps") : "different; the engine does not repeat itself";
        bool differs = other.Hashes[^1] != baseline.Hashes[^1];
        return new ControlReport(
            new ControlOutcome(ControlKind.Repeat, again.IsEqualTo(baseline), $"side A replayed twice without memo: {Outcome(again.IsEqualTo(baseline))}"),
            new ControlOutcome(ControlKind.Probe, probed.IsEqualTo(baseline), FormattableString.Invariant(
                $"side A with every operator observed ({observed} values) and with memo, against neither: {Outcome(probed.IsEqualTo(baseline))}")),
            new ControlOutcome(ControlKind.Negative, differs, differs
                ? "side B's plan in every operator changes the logits' bits at the step"
                : "side B's plan in every operator changes no bit of the logits at the step: nothing could be found"),
            _endpointReplays + 4);
    }

    private BisectionRun Replay(IEnumerable<DecoderOperator> substituted, bool bypassMemo = false, Action<OperatorOutput>? observer = null)
    {
        var hashes = new List<string>();
        int token = 0;
        foreach (ContractStep step in Steps(substituted, bypassMemo, observer))
        {
            hashes.Add(step.Observation.LogitsHash!);
            token = step.Observation.ChosenToken!.Value;
        }

        return new BisectionRun(token, hashes);
    }

    private IEnumerable<ContractStep> Steps(IEnumerable<DecoderOperator> substituted, bool bypassMemo, Action<OperatorOutput>? observer) => ContractReplay.Steps(
        _engine, _model, _recorded, _space.Substitute(substituted),
        new ContractReplayOptions { MaximumSteps = _space.Steps.Count, BypassMemo = bypassMemo, Observer = observer }, _cancellation);

    private OperatorGroup Describe(SubsetGroup group, int stepIndex) => new(
        group.Members.Select(member =>
        {
            DecoderOperator node = _space.Different[member.Index];
            (string a, string b) = _space.PlansOf(node, stepIndex);
            return new FoundOperator(node.Role, node.Layer, node.Name, a, b, member.IsSufficient, member.IsNecessary);
        }).ToValueList(),
        group.IsNecessary);

    private string Explain(ValueList<OperatorGroup> groups, SubsetSearchResult found)
    {
        string what = (groups.Count > 1 ? "each " : "") + (_target == BisectionTarget.Token ? "flips the token" : "changes the logits' bits");
        string names = string.Join("; ", groups.Select(group => string.Join(" together with ", group.Operators.Select(item => item.Name))));
        string interaction = !found.HasInteraction ? ""
            : found.Cancels ? "; they interact: all of them together have no effect"
            : groups.Any(group => group.IsJoint) ? "; they interact: none of a joint group suffices alone"
            : "; operators interact: a larger substitution can undo a smaller one";
        return FormattableString.Invariant($"{names}{(groups.Count > 1 ? ":" : "")} {what} (of {found.Count} operators that differ){interaction}");
    }

    private string NotReproduced() => _space.NotSubstituted.Count > 0
        ? $"substituting every operator that can be has no effect; {_space.NotSubstituted.Count} could not be substituted"
        : _space.Different.Count == 0
            ? "the two sides run equal programs in every operator: their plans cannot make a difference"
            : "side B's plan in every operator, replayed from side A's tokens, does not change the target at the step";

    private static BisectionResult Without(BisectionState state, BisectionOptions options, SubstitutionSpace? space, string explanation) => new()
    {
        State = state,
        Explanation = explanation,
        Target = options.Target,
        Searched = (space?.Different ?? []).Select(node => node.Name).ToValueList(),
        SameProgramCount = space?.SameProgramCount ?? 0,
        NotSubstituted = (space?.NotSubstituted ?? []).ToValueList(),
    };
}
