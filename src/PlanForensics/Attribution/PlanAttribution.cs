using PlanForensics.Contracts;
using PlanForensics.Kernels.Threading;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Attribution;

/// <summary>Finds the class of candidate plans that made a recorded request's bits.</summary>
/// <remarks>
/// Candidates are lowered over every operator of every step; equal programs are one class and are replayed once, with the recorded tokens given (so that every
/// step is comparable). A verdict carries three controls. Bitwise: identical on every machine.
/// </remarks>
public static class PlanAttribution
{
    /// <summary>Attributes a recorded request.</summary>
    /// <param name="engine">The engine; with a memo it shares operator results between classes.</param>
    /// <param name="model">The model.</param>
    /// <param name="recorded">The recording. Logits, their hashes, hidden-state hashes, top logits or tokens: whatever was recorded is compared.</param>
    /// <param name="candidates">The plans that could have run.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="progress">Told of every replay.</param>
    /// <param name="cancellation">Cancels between operators.</param>
    /// <returns>The verdict; never an exception for what the recording lacks.</returns>
    public static AttributionVerdict Run(
        IReplayEngine engine, ReplayModel model, ExecutionContract recorded, IEnumerable<PlanSchedule> candidates, AttributionOptions? options = null,
        IProgress<AttributionProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(recorded);
        ArgumentNullException.ThrowIfNull(candidates);
        options ??= new AttributionOptions();
        try
        {
            IReadOnlyList<PlanSchedule> all = [.. candidates];
            if (!options.NarrowsByState)
                return Attribute(engine, model, recorded, all, options, progress, cancellation);
            CandidateNarrowing narrowing = CandidateNarrowing.Of(model, recorded, all, options.MaximumSteps, out List<PlanSchedule> kept, out List<RefusedCandidate> infeasible);
            AttributionVerdict verdict = Attribute(engine, model, recorded, kept, options, progress, cancellation);
            return verdict with
            {
                Narrowing = narrowing,
                Refused = [.. infeasible, .. verdict.Refused],
                Caveats = infeasible.Count == 0 ? verdict.Caveats
                    : [.. verdict.Caveats, FormattableString.Invariant($"{infeasible.Count} candidates were not replayed: a value of the recorded state rules them out")],
            };
        }
        catch (ContractReplayException exception)
        {
            return NotComparable(recorded, null, [], exception.Message);
        }
    }

    private static AttributionVerdict Attribute(
        IReplayEngine engine, ReplayModel model, ExecutionContract recorded, IReadOnlyList<PlanSchedule> candidates, AttributionOptions options,
        IProgress<AttributionProgress>? progress, CancellationToken cancellation)
    {
        CandidateClasses classes = CandidateClasses.Of(engine, model, recorded, candidates, options.MaximumSteps);
        var sweep = new ClassSweep(engine, model, recorded, options, cancellation);
        List<string> caveats = CaveatsOf(recorded, sweep, classes);
        if (sweep.Evidence == EvidenceKind.None || classes.Classes.Count == 0)
            return NotComparable(recorded, classes, caveats, sweep.Evidence == EvidenceKind.None
                ? "no step recorded logits, a hash of them, hidden states or a token: there is nothing to compare with"
                : "no candidate could be replayed");
        ValueList<ClassComparison> compared = Compare(sweep, classes.Classes, progress, cancellation);
        return Conclude(engine, model, recorded, options, classes, sweep, compared, caveats, progress);
    }

    /// <summary>Classes side by side: each replay has sequences of its own, and neither the order nor a shared memo shows in the bits.</summary>
    private static ValueList<ClassComparison> Compare(ClassSweep sweep, ValueList<CandidateClass> classes, IProgress<AttributionProgress>? progress, CancellationToken cancellation)
    {
        var compared = new ClassComparison[classes.Count];
        var reporting = new Lock();
        int done = 0;
        Parallelism.For(
            compared.Length, Environment.ProcessorCount,
            index =>
            {
                compared[index] = sweep.Compare(classes[index]);
                lock (reporting)
                    progress?.Report(new AttributionProgress("replay", ++done, compared.Length));
            },
            cancellation);
        return compared.ToValueList();
    }

    private static AttributionVerdict Conclude(
        IReplayEngine engine, ReplayModel model, ExecutionContract recorded, AttributionOptions options, CandidateClasses classes, ClassSweep sweep,
        ValueList<ClassComparison> compared, List<string> caveats, IProgress<AttributionProgress>? progress)
    {
        ValueList<int> nearest = Rank(compared);
        ValueList<int> matching = AllowedOf(Matching(compared, nearest, caveats), compared, options.Allowed, caveats);
        AttributionState state = matching.Count switch { 0 => AttributionState.Unexplained, 1 => AttributionState.Identified, _ => AttributionState.Ambiguous };
        ClassComparison target = compared[matching.Count > 0 ? matching[0] : nearest[0]];
        if (target.StepsCompared == 0)
            return NotComparable(recorded, classes, caveats, "no step could be compared");
        progress?.Report(new AttributionProgress("controls", 0, 1));
        ControlReport controls = AttributionControls.Run(sweep, compared, target);
        progress?.Report(new AttributionProgress("controls", 1, 1));
        ValueList<ClassSeparation> separations = !options.FindSeparation || matching.Count < 2 ? []
            : matching.Skip(1).Select(other => SeparationSearch.Between(sweep, classes.Classes[matching[0]], classes.Classes[other])).ToValueList();
        PlanClaim? claim = matching.Count == 0 ? null
            : ClaimCheck.Of(engine, model, ContractTrajectory.Of(recorded, options.MaximumSteps), target.Class, classes.Classes);
        return new AttributionVerdict
        {
            RequestId = recorded.RequestId,
            State = controls.AllPassed ? state : AttributionState.ControlFailed,
            Comparison = state,
            Explanation = AttributionText.Explain(state, target, matching, compared, sweep.Evidence, controls),
            Caveats = caveats.ToValueList(),
            Evidence = sweep.Evidence,
            Classes = compared,
            Refused = classes.Refused,
            Matching = matching,
            Nearest = nearest,
            BitGroups = compared.GroupBy(item => item.Signatures).Select(group => group.Select(item => item.Class.Index).ToValueList()).ToValueList(),
            Separations = separations,
            Claim = claim,
            Controls = controls,
        };
    }

    private static ValueList<int> Rank(ValueList<ClassComparison> compared) => compared
        .OrderByDescending(item => item.ReproducesEverything)
        .ThenByDescending(item => item.ShareEqual)
        .ThenByDescending(item => item.FirstDifferentStep ?? int.MaxValue)
        .ThenBy(item => item.MaxUlpsAtFirst ?? 0)
        .ThenBy(item => item.DifferentElementsAtFirst ?? 0)
        .ThenByDescending(item => item.TokensReproduced)
        .ThenBy(item => item.Class.Index)
        .Select(item => item.Class.Index).ToValueList();

    // Classes whose logits agree can still choose differently where logits tie: then tokens decide, if they decide anything.
    private static ValueList<int> Matching(ValueList<ClassComparison> compared, ValueList<int> nearest, List<string> caveats)
    {
        int[] byBits = [.. nearest.Where(index => compared[index].ReproducesEverything).Order()];
        int[] byTokens = [.. byBits.Where(index => compared[index].ReproducesTokens)];
        if (byTokens.Length > 0)
            return byTokens.ToValueList();
        if (byBits.Length > 0)
            caveats.Add("bits are reproduced, but not every token: the recording did not choose greedily, or by another tie rule");
        return byBits.ToValueList();
    }

    private static ValueList<int> AllowedOf(ValueList<int> matching, ValueList<ClassComparison> compared, IReadOnlyCollection<string>? allowed, List<string> caveats)
    {
        if (allowed is null || matching.Count == 0)
            return matching;
        int[] kept = [.. matching.Where(index => compared[index].Class.Members.Any(allowed.Contains))];
        if (kept.Length == 0)
            caveats.Add("the recorded environment and batch size rule out every candidate that reproduces the recording: another process ran, or the record of the environment is wrong");
        else if (kept.Length < matching.Count)
            caveats.Add($"the recorded environment or batch size rules out {string.Join(", ", matching.Except(kept).Select(index => compared[index].Class))}, which would give the same bits here");
        return kept.Length == 0 ? matching : kept.ToValueList();
    }

    private static List<string> CaveatsOf(ExecutionContract recorded, ClassSweep sweep, CandidateClasses classes)
    {
        var caveats = new List<string>();
        if (sweep.Evidence is EvidenceKind.Tokens)
            caveats.Add("only tokens were recorded: weak evidence, since a margin hides most differences in bits");
        if (sweep.Evidence is EvidenceKind.TopLogits)
            caveats.Add("only the largest logits were recorded: they can show that bits differ, never that all are equal");
        if (recorded.Request.Approximation is { } approximation)
            caveats.Add($"the effective request is an approximation: {approximation}");
        if (sweep.FeedsOwnTokens)
            caveats.Add("some chosen tokens were not recorded: replays go on with their own, and stop at the first difference");
        if (recorded.DroppedSteps is > 0 and var dropped)
            caveats.Add(FormattableString.Invariant($"{dropped} steps were dropped by the recorder"));
        if (classes.Refused.Count > 0)
            caveats.Add(FormattableString.Invariant($"{classes.Refused.Count} candidates were refused; they are neither confirmed nor ruled out"));
        return caveats;
    }

    private static AttributionVerdict NotComparable(ExecutionContract recorded, CandidateClasses? classes, List<string> caveats, string reason) => new()
    {
        RequestId = recorded.RequestId,
        State = AttributionState.NotComparable,
        Comparison = AttributionState.NotComparable,
        Explanation = reason,
        Caveats = caveats.ToValueList(),
        Evidence = StepEvidence.StrongestOf(recorded.Steps),
        Classes = [],
        Refused = classes?.Refused ?? [],
        Matching = [],
        Nearest = [],
        BitGroups = [],
        Separations = [],
        Claim = null,
        Controls = null,
    };
}
