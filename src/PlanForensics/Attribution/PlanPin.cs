using PlanForensics.Contracts;
using PlanForensics.Models;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Attribution;

/// <summary>Finds the cheapest pin under which two execution states give the same tokens, verified by running both freely over the whole recorded length.</summary>
public sealed class PlanPin
{
    private readonly IReplayEngine _engine;
    private readonly ReplayModel _model;
    private readonly (ExecutionContract Recorded, PlanSchedule Schedule) _a;
    private readonly (ExecutionContract Recorded, PlanSchedule Schedule) _b;
    private readonly CancellationToken _cancellation;

    private PlanPin(
        IReplayEngine engine, ReplayModel model, (ExecutionContract, PlanSchedule) a, (ExecutionContract, PlanSchedule) b, CancellationToken cancellation) =>
        (_engine, _model, _a, _b, _cancellation) = (engine, model, a, b, cancellation);

    /// <summary>Tries pins, cheapest first, until one is verified.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="model">The model.</param>
    /// <param name="a">Side A's recording; its states are run.</param>
    /// <param name="planA">Side A's plan; what is pinned is pinned to it.</param>
    /// <param name="b">Side B's recording; its states are run.</param>
    /// <param name="planB">Side B's plan.</param>
    /// <param name="found">The operators that a bisection found; empty to begin with every matrix product.</param>
    /// <param name="stepIndex">Step of side A whose plan is pinned, for its phase; null (default) for the first of each phase.</param>
    /// <param name="cancellation">Cancels between operators.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ContractReplayException">A recording cannot be replayed.</exception>
    /// <exception cref="PlanNotSupportedException">A plan is refused.</exception>
    public static PinResult Find(
        IReplayEngine engine, ReplayModel model, ExecutionContract a, PlanSchedule planA, ExecutionContract b, PlanSchedule planB, IEnumerable<FoundOperator> found,
        int? stepIndex = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(planA);
        ArgumentNullException.ThrowIfNull(planB);
        ArgumentNullException.ThrowIfNull(found);
        return new PlanPin(engine, model, (a, planA), (b, planB), cancellation).Find([.. found], stepIndex);
    }

    private PinResult Find(FoundOperator[] found, int? stepIndex)
    {
        bool differs = !Try(PinScope.Operators, [], stepIndex).TokensEqual;
        var attempts = new List<PinAttempt>();
        foreach ((PinScope scope, DecoderOperator[] operators) in Scopes(found))
        {
            if (operators.Length == 0 || (attempts.Count > 0 && attempts[^1].OperatorsPinned == operators.Length))
                continue;
            attempts.Add(Try(scope, operators, stepIndex));
            if (attempts[^1].TokensEqual)
                return new PinResult(attempts[^1], attempts.ToValueList(), differs, Explain(attempts[^1], differs));
        }

        return new PinResult(null, attempts.ToValueList(), differs, "no pin to side A's plans gives both sides the same tokens");
    }

    private IEnumerable<(PinScope Scope, DecoderOperator[] Operators)> Scopes(FoundOperator[] found)
    {
        IReadOnlyList<DecoderOperator> all = _model.Graph.Operators;
        yield return (PinScope.Operators, [.. all.Where(node => found.Any(item => item.Role == node.Role && item.Layer == node.Layer))]);
        yield return (PinScope.Roles, [.. all.Where(node => found.Any(item => item.Role == node.Role))]);
        yield return (PinScope.MatrixProducts, [.. all.Where(node => node.IsGemm || found.Any(item => item.Role == node.Role))]);
        yield return (PinScope.Everything, [.. all]);
    }

    private List<PlanRule> RulesOf(DecoderOperator[] operators, int? stepIndex)
    {
        var rules = new List<PlanRule>();
        foreach (IGrouping<ExecutionPhase, TrajectoryStep> phase in ContractTrajectory.Of(_a.Recorded).GroupBy(step => step.Phase))
        {
            TrajectoryStep step = phase.FirstOrDefault(item => item.Recorded.State.StepIndex == stepIndex) ?? phase.First();
            ExecutionPlan plan = _a.Schedule.PlanFor(step.Recorded.State);
            rules.AddRange(operators.Select(node => SubstitutionSpace.RuleOf(node, phase.Key, plan)));
        }

        return rules;
    }

    private PinAttempt Try(PinScope scope, DecoderOperator[] operators, int? stepIndex)
    {
        List<PlanRule> rules = RulesOf(operators, stepIndex);
        DecoderOperator[] following = [.. operators.Where(node => rules.Exists(rule => rule.Plan is ComposedAttentionPlan && rule.Selects(rule.Phase!.Value, node.Layer, node.Role)))];
        List<PlanRule> fixedRules = [.. rules.Where(rule => rule.Plan is not ComposedAttentionPlan)];
        Dictionary<int, StepObservation> left = RunFreely(_a, fixedRules, following);
        Dictionary<int, StepObservation> right = RunFreely(_b, fixedRules, following);
        int[] common = [.. left.Keys.Where(right.ContainsKey).Order()];
        int[] different = [.. common.Where(position => left[position].ChosenToken != right[position].ChosenToken)];
        bool bits = common.All(position => left[position].LogitsHash == right[position].LogitsHash);
        return new PinAttempt(
            scope, rules.ToValueList(), operators.Length, _model.Graph.Operators.Count, common.Length, common.Length > 0 && different.Length == 0, bits,
            different.Length > 0 ? different[0] : null);
    }

    // By context length, so that a prefill in chunks compares with one in a single step.
    private Dictionary<int, StepObservation> RunFreely(
        (ExecutionContract Recorded, PlanSchedule Schedule) side, List<PlanRule> rules, DecoderOperator[] following)
    {
        PlanSchedule pinned = rules.Count == 0 ? side.Schedule : side.Schedule.With(side.Schedule.Name + ", pinned", rules);
        if (following.Length > 0)
            pinned = Follow(pinned, following);
        int prompt = side.Recorded.Request.TokenCount ?? 0;
        return ContractReplay.Steps(_engine, _model, side.Recorded, pinned.PlanFor, new ContractReplayOptions { TeacherForced = false }, _cancellation)
            .Where(step => step.State.Shape.KeyLength >= prompt)
            .ToDictionary(step => step.State.Shape.KeyLength, step => step.Observation);
    }

    // The plan of attention that is composed of matrix products holds for one number of keys: it is pinned to what side A runs at that length.
    private PlanSchedule Follow(PlanSchedule schedule, DecoderOperator[] operators)
    {
        Dictionary<int, TrajectoryStep> steps = ContractTrajectory.Of(_a.Recorded).ToDictionary(step => step.Recorded.State.Shape.KeyLength);
        var plans = new Dictionary<StepState, ExecutionPlan>(ReferenceEqualityComparer.Instance);
        return new PlanSchedule(schedule.Name + ", following side A", state =>
        {
            if (plans.TryGetValue(state, out ExecutionPlan? plan))
                return plan;
            plan = schedule.PlanFor(state);
            if (steps.TryGetValue(state.Shape.KeyLength, out TrajectoryStep? step))
            {
                ExecutionPlan own = _a.Schedule.PlanFor(step.Recorded.State);
                plan = plan.With(operators.Select(node => SubstitutionSpace.RuleOf(node, step.Phase, own)));
            }

            return plans[state] = plan;
        });
    }

    private static string Explain(PinAttempt pin, bool differs) => FormattableString.Invariant(
        $"pinning {pin.OperatorsPinned} of {pin.OperatorCount} operators to side A's plans gives both sides the same {pin.StepsCompared} tokens")
        + (pin.BitsEqual ? ", bit for bit" : ", though not the same bits") + (differs ? "" : "; but run freely they do not differ unpinned either, so this proves nothing");
}
