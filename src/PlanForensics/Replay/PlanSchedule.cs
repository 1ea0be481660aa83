using PlanForensics.Contracts;
using PlanForensics.Plans;

namespace PlanForensics.Replay;

/// <summary>Which plan ran at each step: one plan for all, or one that follows from the step's state.</summary>
public sealed class PlanSchedule
{
    private readonly Func<StepState, ExecutionPlan> _planFor;

    /// <summary>Creates a schedule.</summary>
    /// <param name="name">Its name in reports.</param>
    /// <param name="planFor">The plan of a step. It must give the same plan for the same state.</param>
    public PlanSchedule(string name, Func<StepState, ExecutionPlan> planFor)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(planFor);
        (Name, _planFor) = (name, planFor);
    }

    /// <summary>Creates a schedule of one plan.</summary>
    /// <param name="name">Its name in reports.</param>
    /// <param name="plan">The plan of every step.</param>
    public PlanSchedule(string name, ExecutionPlan plan)
        : this(name, _ => plan) => ArgumentNullException.ThrowIfNull(plan);

    /// <summary>Its name in reports.</summary>
    public string Name { get; }

    /// <summary>The plan of a step.</summary>
    /// <param name="state">The step's state.</param>
    /// <returns>The plan.</returns>
    public ExecutionPlan PlanFor(StepState state) => _planFor(state);

    /// <summary>The same schedule with further rules over every step's plan.</summary>
    /// <param name="name">The new schedule's name.</param>
    /// <param name="rules">Rules that hold over the step's own.</param>
    /// <returns>The new schedule.</returns>
    public PlanSchedule With(string name, IReadOnlyList<PlanRule> rules)
    {
        var changed = new Dictionary<ExecutionPlan, ExecutionPlan>();
        return new PlanSchedule(name, state =>
        {
            ExecutionPlan plan = PlanFor(state);
            lock (changed)
            {
                if (!changed.TryGetValue(plan, out ExecutionPlan? pinned))
                    changed[plan] = pinned = plan.With(rules);
                return pinned;
            }
        });
    }

    /// <summary>The name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;
}
