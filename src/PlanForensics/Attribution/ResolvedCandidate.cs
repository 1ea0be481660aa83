using PlanForensics.Contracts;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Attribution;

/// <summary>A candidate with the plan of every step of one trajectory.</summary>
internal sealed class ResolvedCandidate
{
    private readonly Dictionary<int, ExecutionPlan> _plans = [];

    private ResolvedCandidate(PlanSchedule schedule) => Schedule = schedule;

    public PlanSchedule Schedule { get; }

    public ExecutionPlan PlanFor(StepState state) => _plans[state.StepIndex];

    /// <summary>Asks the schedule for every step's plan and the engine for every operator's; returns the first refusal.</summary>
    public static RefusedCandidate? Resolve(
        IReplayEngine engine, ReplayModel model, IReadOnlyList<TrajectoryStep> steps, PlanSchedule schedule, out ResolvedCandidate candidate, out string key)
    {
        candidate = new ResolvedCandidate(schedule);
        key = "";
        var programs = new ProgramList(engine, model);
        foreach (TrajectoryStep step in steps)
        {
            int index = step.Recorded.State.StepIndex;
            try
            {
                ExecutionPlan plan = schedule.PlanFor(step.Recorded.State);
                candidate._plans[index] = plan;
                programs.Add(plan, step);
            }
            catch (PlanNotSupportedException exception)
            {
                return new RefusedCandidate(schedule.Name, index, programs.Current?.Name, exception.Reason);
            }
        }

        key = programs.Key;
        return null;
    }
}
