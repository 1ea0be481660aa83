using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Attribution;

/// <summary>How much of each early step's margin the candidate plans use up.</summary>
/// <remarks>Early steps are those up to the first one at which a class chooses another token; replays are given the recorded tokens. Bitwise: identical on every machine.</remarks>
public sealed record StabilityBudget
{
    private StabilityBudget()
    {
    }

    /// <summary>The request.</summary>
    public required string RequestId { get; init; }

    /// <summary>Where the margins come from: <c>recording</c>, or the name of a candidate.</summary>
    public required string Base { get; init; }

    /// <summary>The classes of candidates that were run.</summary>
    public required ValueList<CandidateClass> Classes { get; init; }

    /// <summary>Candidates that could not be run.</summary>
    public required ValueList<RefusedCandidate> Refused { get; init; }

    /// <summary>The steps, up to and including the first flip.</summary>
    public required ValueList<StabilityStep> Steps { get; init; }

    /// <summary>Index of the first step at which a class chooses another token; null when none does.</summary>
    public int? FirstFlipStep => Steps.FirstOrDefault(step => step.Flag == StabilityFlag.Flips)?.StepIndex;

    /// <summary>The step with the least margin for its spread; null when there is none.</summary>
    public StabilityStep? Weakest => Steps.MinBy(step => step.Flag == StabilityFlag.Flips ? Math.Min(step.Ratio, 1) : step.Ratio);

    /// <summary>Its ratio of margin to spread, at most 1 where a class flips the token; infinity when there is no step.</summary>
    public double LeastRatio => Weakest is not { } step ? double.PositiveInfinity : step.Flag == StabilityFlag.Flips ? Math.Min(step.Ratio, 1) : step.Ratio;

    /// <summary>Measures a budget.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="model">The model.</param>
    /// <param name="recorded">The recording.</param>
    /// <param name="candidates">The plans that could run.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="progress">Told of every replay.</param>
    /// <param name="cancellation">Cancels between operators.</param>
    /// <returns>The budget; without steps when no candidate could be run.</returns>
    /// <exception cref="ContractReplayException">The recording cannot be replayed.</exception>
    /// <exception cref="PlanNotSupportedException">The base plan is refused.</exception>
    public static StabilityBudget Measure(
        IReplayEngine engine, ReplayModel model, ExecutionContract recorded, IEnumerable<PlanSchedule> candidates, StabilityOptions? options = null,
        IProgress<AttributionProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        options ??= new StabilityOptions();
        CandidateClasses classes = CandidateClasses.Of(engine, model, recorded, candidates, options.MaximumSteps);
        TieRule tie = recorded.Request.Decode?.TieRule == "highest_id" ? TieRule.Last : TieRule.First;
        List<ContractStep> steps = [.. ContractTrajectory.Of(recorded, options.MaximumSteps).Select(step => step.Recorded)];
        IEnumerable<ContractStep> Replay(PlanSchedule schedule) => ContractReplay.Steps(
            engine, model, recorded, schedule.PlanFor, new ContractReplayOptions { MaximumSteps = options.MaximumSteps }, cancellation);
        string from = "recording";
        PlanSchedule? origin = options.Base ?? (classes.Classes.Count > 0 ? classes.Classes[0].Schedule : null);
        if (origin is not null && steps.Exists(step => LogitMargin.Of(step.Observation, tie) is null))
        {
            steps = [.. Replay(origin)];
            from = origin.Name;
        }

        var tallies = new List<StabilityTally>(steps.Select(step => new StabilityTally(step, tie)));
        int last = tallies.Count - 1;
        foreach (CandidateClass candidate in classes.Classes)
        {
            int index = 0;
            foreach (ContractStep replayed in Replay(candidate.Schedule).Take(last + 1))
                if (tallies[index++].Add(candidate.Index, replayed) && index - 1 < last)
                    last = index - 1;
            progress?.Report(new AttributionProgress("budget", candidate.Index + 1, classes.Classes.Count));
        }

        return new StabilityBudget
        {
            RequestId = recorded.RequestId,
            Base = from,
            Classes = classes.Classes,
            Refused = classes.Refused,
            Steps = classes.Classes.Count == 0 ? [] : tallies.Take(last + 1).Select(tally => tally.Result(options.AtRiskBelow)).OfType<StabilityStep>().ToValueList(),
        };
    }

    internal static long? SignedUlps(float first, float second, NumericFormat own, NumericFormat format)
    {
        if (own != format && format != NumericFormat.Fp32)
            return null;
        long distance = UlpDistance.Between(first, second, format, new UlpRules(NaNPolicy.Unequal));
        return distance == UlpDistance.Incomparable ? null : first < second ? -distance : distance;
    }
}
