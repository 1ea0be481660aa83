using PlanForensics.Contracts;
using PlanForensics.Replay;

namespace PlanForensics.Attribution;

/// <summary>Candidates sorted into classes of equal programs, before any replay.</summary>
public sealed record CandidateClasses
{
    private CandidateClasses(ValueList<CandidateClass> classes, ValueList<RefusedCandidate> refused) => (Classes, Refused) = (classes, refused);

    /// <summary>The classes, in the order of their first members.</summary>
    public ValueList<CandidateClass> Classes { get; }

    /// <summary>Candidates that have no plan for a step, or whose plan the engine refuses.</summary>
    public ValueList<RefusedCandidate> Refused { get; }

    /// <summary>Lowers every candidate over all operators and all steps of a recorded request.</summary>
    /// <param name="engine">The engine, which says what it supports.</param>
    /// <param name="model">The model.</param>
    /// <param name="recorded">The recorded contract; its states pick the plans.</param>
    /// <param name="candidates">The candidates.</param>
    /// <param name="maximumSteps">Steps at most; null for all.</param>
    /// <returns>Classes and refusals; every candidate is in exactly one of them.</returns>
    /// <exception cref="ContractReplayException">Steps of the contract are missing.</exception>
    public static CandidateClasses Of(
        IReplayEngine engine, ReplayModel model, ExecutionContract recorded, IEnumerable<PlanSchedule> candidates, int? maximumSteps = null)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(candidates);
        IReadOnlyList<TrajectoryStep> steps = ContractTrajectory.Of(recorded, maximumSteps);
        var members = new Dictionary<string, List<ResolvedCandidate>>();
        var order = new List<string>();
        var refused = new List<RefusedCandidate>();
        foreach (PlanSchedule schedule in candidates)
        {
            if (ResolvedCandidate.Resolve(engine, model, steps, schedule, out ResolvedCandidate candidate, out string key) is { } refusal)
            {
                refused.Add(refusal);
                continue;
            }

            if (!members.TryGetValue(key, out List<ResolvedCandidate>? list))
            {
                members[key] = list = [];
                order.Add(key);
            }

            list.Add(candidate);
        }

        return new CandidateClasses(order.Select((key, index) => new CandidateClass(index, key, members[key])).ToValueList(), refused.ToValueList());
    }
}
