using PlanForensics.Contracts;
using PlanForensics.Models;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Attribution;

/// <summary>Side A's steps with both sides' plans, and any mixture of the two by operator.</summary>
internal sealed class SubstitutionSpace
{
    private readonly Dictionary<int, (ExecutionPlan A, ExecutionPlan B, ExecutionPhase Phase)> _plans = [];

    private SubstitutionSpace(IReadOnlyList<TrajectoryStep> steps) => Steps = steps;

    /// <summary>Side A's steps, up to the one looked at.</summary>
    public IReadOnlyList<TrajectoryStep> Steps { get; }

    /// <summary>Operators that run different programs at some step.</summary>
    public List<DecoderOperator> Different { get; } = [];

    /// <summary>Operators that differ but cannot be substituted, with the reason.</summary>
    public List<string> NotSubstituted { get; } = [];

    public int SameProgramCount { get; private set; }

    /// <summary>Pairs the two sides' steps by context length and lowers both plans of every operator.</summary>
    /// <exception cref="PlanNotSupportedException">A plan is missing or refused.</exception>
    /// <exception cref="ContractReplayException">The two sides' steps do not pair.</exception>
    public static SubstitutionSpace Of(ReplayModel model, ExecutionContract a, PlanSchedule planA, ExecutionContract b, PlanSchedule planB, int? lastStep)
    {
        var steps = ContractTrajectory.Of(a).TakeWhile(step => lastStep is null || step.Recorded.State.StepIndex <= lastStep).ToList();
        Dictionary<int, TrajectoryStep> others = ContractTrajectory.Of(b).ToDictionary(EndOf);
        var space = new SubstitutionSpace(steps);
        var pairs = new List<(TrajectoryStep A, TrajectoryStep B)>();
        foreach (TrajectoryStep step in steps)
        {
            if (!others.TryGetValue(EndOf(step), out TrajectoryStep? other) || other.Extent.Rows != step.Extent.Rows)
            {
                if (lastStep is null && pairs.Count > 0)
                    break;
                throw new ContractReplayException(a.RequestId, FormattableString.Invariant(
                    $"step {step.Recorded.State.StepIndex} has no counterpart with {step.Extent.Rows} tokens up to position {EndOf(step)} in {b.RequestId}; ")
                    + "bisect recordings whose prefill is cut alike");
            }

            pairs.Add((step, other));
            space._plans[step.Recorded.State.StepIndex] = (planA.PlanFor(step.Recorded.State), planB.PlanFor(other.Recorded.State), step.Phase);
        }

        if (pairs.Count < steps.Count)
            steps.RemoveRange(pairs.Count, steps.Count - pairs.Count);
        foreach (DecoderOperator node in model.Graph.Operators)
            space.Classify(node, model.Configuration, pairs);
        return space;
    }

    /// <summary>Side A's plans with some operators' plans from side B.</summary>
    public Func<StepState, ExecutionPlan> Substitute(IEnumerable<DecoderOperator> operators)
    {
        DecoderOperator[] chosen = [.. operators];
        var made = new Dictionary<(ExecutionPlan, ExecutionPlan, ExecutionPhase), ExecutionPlan>();
        return state =>
        {
            (ExecutionPlan a, ExecutionPlan b, ExecutionPhase phase) key = _plans[state.StepIndex];
            if (chosen.Length == 0)
                return key.a;
            if (!made.TryGetValue(key, out ExecutionPlan? plan))
                made[key] = plan = key.a.With(chosen.Select(node => RuleOf(node, key.phase, key.b)));
            return plan;
        };
    }

    public (string A, string B) PlansOf(DecoderOperator node, int stepIndex)
    {
        foreach (int step in _plans.Keys.Where(step => step <= stepIndex).OrderDescending())
        {
            (string own, string other) = At(step);
            if (own != other)
                return (own, other);
        }

        return At(stepIndex);

        (string A, string B) At(int step)
        {
            (ExecutionPlan a, ExecutionPlan b, ExecutionPhase phase) = _plans[step];
            return (a.GetPlan(phase, node.Layer, node.Role).Text, b.GetPlan(phase, node.Layer, node.Role).Text);
        }
    }

    public static PlanRule RuleOf(DecoderOperator node, ExecutionPhase phase, ExecutionPlan plan) =>
        new(phase, node.Layer < 0 ? null : node.Layer, node.Role, plan.GetPlan(phase, node.Layer, node.Role));

    private static int EndOf(TrajectoryStep step) => step.Extent.FirstPosition + step.Extent.Rows;

    private void Classify(DecoderOperator node, ModelConfiguration configuration, List<(TrajectoryStep A, TrajectoryStep B)> pairs)
    {
        bool differs = false;
        foreach ((TrajectoryStep stepA, TrajectoryStep stepB) in pairs)
        {
            (ExecutionPlan a, ExecutionPlan b, ExecutionPhase phase) = _plans[stepA.Recorded.State.StepIndex];
            OperatorPlan own = b.GetPlan(stepB.Phase, node.Layer, node.Role);
            IReadOnlyList<OperatorProgram> atB = StepPrograms.Of(node, configuration, own, stepB.Extent);
            bool same = StepPrograms.Of(node, configuration, a.GetPlan(phase, node.Layer, node.Role), stepA.Extent).SequenceEqual(atB);
            differs |= !same;
            if (!same && !StepPrograms.Of(node, configuration, own, stepA.Extent).SequenceEqual(atB))
            {
                NotSubstituted.Add(FormattableString.Invariant(
                    $"{node.Name}: its plan on side B is another program for side A's {stepA.Extent.BatchRows} rows than for its own {stepB.Extent.BatchRows}, ")
                    + FormattableString.Invariant($"from step {stepA.Recorded.State.StepIndex} on"));
                return;
            }
        }

        if (differs)
            Different.Add(node);
        else
            SameProgramCount++;
    }
}
