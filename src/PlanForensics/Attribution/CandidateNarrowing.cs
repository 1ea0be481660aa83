using PlanForensics.Contracts;
using PlanForensics.Models;
using PlanForensics.Plans;
using PlanForensics.Replay;
using PlanForensics.Rules.Feasibility;

namespace PlanForensics.Attribution;

/// <summary>What the recorded states say about candidates before any of them is replayed.</summary>
/// <param name="Candidates">Candidates given.</param>
/// <param name="Infeasible">Candidates that a recorded value rules out.</param>
/// <param name="Open">Candidates that were kept although something that would decide was not recorded.</param>
/// <param name="Missing">What was not recorded and would decide, by the names of contracts.</param>
public sealed record CandidateNarrowing(int Candidates, int Infeasible, int Open, ValueList<string> Missing)
{
    /// <summary>Judges every operator's plan in every step's state.</summary>
    internal static CandidateNarrowing Of(
        ReplayModel model, ExecutionContract recorded, IReadOnlyList<PlanSchedule> candidates, int? maximumSteps, out List<PlanSchedule> kept, out List<RefusedCandidate> infeasible)
    {
        var judge = new CandidateJudge(model);
        IReadOnlyList<TrajectoryStep> steps = ContractTrajectory.Of(recorded, maximumSteps);
        (kept, infeasible) = ([], []);
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        int open = 0;
        foreach (PlanSchedule candidate in candidates)
        {
            if (judge.Find(candidate, steps, out IReadOnlyCollection<string> lacks) is { } refused)
            {
                infeasible.Add(refused);
                continue;
            }

            kept.Add(candidate);
            missing.UnionWith(lacks);
            open += lacks.Count > 0 ? 1 : 0;
        }

        return new CandidateNarrowing(candidates.Count, infeasible.Count, open, missing.ToValueList());
    }

    /// <summary>In words.</summary>
    /// <returns>For example <c>2 of 18 candidates ruled out by the recorded state; 7 kept because device is not recorded</c>.</returns>
    public override string ToString() => FormattableString.Invariant($"{Infeasible} of {Candidates} candidates ruled out by the recorded state")
        + (Open == 0 ? "" : FormattableString.Invariant($"; {Open} kept because {string.Join(", ", Missing)} {(Missing.Count == 1 ? "is" : "are")} not recorded"));
}
