using PlanForensics.Contracts;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Attribution;

/// <summary>Compares the plans that a recording says it ran with the class that its bits say.</summary>
internal static class ClaimCheck
{
    public static PlanClaim Of(IReplayEngine engine, ReplayModel model, IReadOnlyList<TrajectoryStep> steps, CandidateClass found, IReadOnlyList<CandidateClass> all)
    {
        int agreed = 0;
        foreach (TrajectoryStep step in steps)
        {
            StepState state = step.Recorded.State;
            string? fingerprint = state.PlanFingerprint ?? (state.Plan is { } text ? PlanFingerprint.Of(text).Hex : null);
            if (fingerprint is null)
                continue;
            if (Names(found, state, fingerprint) || SamePrograms(engine, model, step, found.Resolved[0].PlanFor(state)))
            {
                agreed++;
                continue;
            }

            string? candidate = all.SelectMany(other => other.Resolved).FirstOrDefault(member => Is(member, state, fingerprint))?.Schedule.Name;
            bool known = candidate is not null || state.Plan is not null;
            return new PlanClaim(
                known ? ClaimStance.Contradicts : ClaimStance.Unknown, state.StepIndex, fingerprint, candidate,
                FormattableString.Invariant($"step {state.StepIndex} records plan {fingerprint[..12]} ({candidate ?? "no candidate"}); ")
                + (known ? $"its bits are those of {found}" : "its text was not recorded, so it cannot be compared with the class found"));
        }

        return agreed == 0
            ? new PlanClaim(ClaimStance.NotRecorded, null, null, null, "no step records the plan it ran")
            : new PlanClaim(ClaimStance.Agrees, null, null, null, FormattableString.Invariant($"{agreed} recorded plans have the programs of {found}"));
    }

    private static bool Names(CandidateClass found, StepState state, string fingerprint) => found.Resolved.Any(member => Is(member, state, fingerprint));

    private static bool Is(ResolvedCandidate member, StepState state, string fingerprint) => member.PlanFor(state).Fingerprint.Hex == fingerprint;

    private static bool SamePrograms(IReplayEngine engine, ReplayModel model, TrajectoryStep step, ExecutionPlan found)
    {
        if (step.Recorded.State.Plan is not { } text)
            return false;
        try
        {
            return KeyOf(engine, model, step, ExecutionPlan.Parse(text)) == KeyOf(engine, model, step, found);
        }
        catch (Exception exception) when (exception is PlanFormatException or PlanNotSupportedException)
        {
            return false;
        }
    }

    private static string KeyOf(IReplayEngine engine, ReplayModel model, TrajectoryStep step, ExecutionPlan plan)
    {
        var programs = new ProgramList(engine, model);
        programs.Add(plan, step);
        return programs.Key;
    }
}
