using PlanForensics.Attribution;
using PlanForensics.Attribution.Incidents;
using PlanForensics.Numerics;
using PlanForensics.Reporting.Facts;

namespace PlanForensics.Reporting;

/// <summary>Lays out which class of plans made a recording's bits.</summary>
internal static class AttributionLayout
{
    private const int MostSeparations = 4;

    /// <summary>An incident's run: its own state, which rests on the environment and the recorded operators too, over the classes that were replayed in full.</summary>
    public static AttributionFacts Of(AttributionVerdict verdict, IncidentRunVerdict run, SideNames names, int side, int mostClasses)
    {
        IncidentClass[] all = [.. run.Found, .. run.Others];
        AttributionFacts facts = Of(verdict, names, side, mostClasses);
        int matching = all.Count(item => item.ReproducesEverything);
        string ruledOut = run.IsExplained && matching > run.Found.Count ? $"; the recorded environment or operators rule {Words.Of(matching - run.Found.Count)} of them out" : "";
        return facts with
        {
            State = Words.Name(run.State),
            Explanation = $"{run.Plan}{ruledOut}",
            ClassesCompared = all.Length,
            ClassesMatching = matching,
            ClassesLeftOut = all.Length - facts.Classes.Count,
            Controls = [.. Controls(run.Controls, [names.RecordOf(side)])],
            Notes =
            [
                .. run.Caveats.Select(caveat => new StatementFacts("caveat", caveat, [names.RecordOf(side)])),
                .. run.Refused.Select(refused => new StatementFacts("refused", $"{refused.Name}: {refused.Reason}", [names.RecordOf(side)])),
                .. run.Operators.Select(tally => new StatementFacts(
                    "recorded operators", FormattableString.Invariant($"{tally.Kind}: {Words.Of(tally.ElementsReproduced)} of {Words.Of(tally.Elements)} values of {Words.Of(tally.Operators)} outputs reproduced"), [names.RecordOf(side)])),
            ],
        };
    }

    public static AttributionFacts Of(AttributionVerdict verdict, SideNames names, int side, int mostClasses) => new()
    {
        Side = names.KeyOf(side),
        State = Words.Name(verdict.State),
        Explanation = verdict.Explanation,
        Evidence = Words.Name(verdict.Evidence),
        ClassesCompared = verdict.Classes.Count,
        ClassesMatching = verdict.Matching.Count,
        Classes = [.. Shown(verdict, mostClasses).Select(index => Class(verdict.Classes[index], names, side))],
        ClassesLeftOut = Math.Max(0, verdict.Nearest.Count - Shown(verdict, mostClasses).Count()),
        Controls = [.. Controls(verdict.Controls, [names.RecordOf(side)])],
        Notes = [.. Notes(verdict, names, side)],
    };

    public static IEnumerable<StatementFacts> Controls(ControlReport? controls, IReadOnlyList<string> records) => controls is null ? [] :
        new[] { controls.Repeat, controls.Probe, controls.Negative }.Select(control =>
            new StatementFacts($"{Words.Name(control.Kind)} control", $"{(control.Passed ? "passed" : "FAILED")}: {control.Detail}", records));

    /// <summary>Bucket 0 is distance 0, bucket i is 2^(i-1) to 2^i - 1.</summary>
    public static IReadOnlyList<BucketFacts> Buckets(ClassComparison compared)
    {
        long total = compared.UlpHistogram.Sum() + compared.IncomparableElements;
        List<BucketFacts> buckets = [];
        for (int bucket = 0; bucket < compared.UlpHistogram.Count; bucket++)
        {
            (long from, long to) = bucket == 0 ? (0, 0) : (1L << (bucket - 1), (1L << (bucket - 1)) - 1 + (1L << (bucket - 1)));
            buckets.Add(new BucketFacts(from == to ? Words.Of(from) : $"{Words.Of(from)} to {Words.Of(to)}", from, to, compared.UlpHistogram[bucket], (double)compared.UlpHistogram[bucket] / total));
        }

        if (compared.IncomparableElements > 0)
            buckets.Add(new BucketFacts("NaN", null, null, compared.IncomparableElements, (double)compared.IncomparableElements / total));
        return buckets;
    }

    // Classes that match all look alike: a few of them, and the nearest that do not, which say how far the next plan is.
    private static IEnumerable<int> Shown(AttributionVerdict verdict, int most)
    {
        int[] rest = [.. verdict.Nearest.Where(index => !verdict.Matching.Contains(index))];
        int matching = Math.Min(verdict.Matching.Count, Math.Max((most + 1) / 2, most - rest.Length));
        return verdict.Matching.Take(matching).Concat(rest.Take(most - matching));
    }

    private static ClassFacts Class(ClassComparison compared, SideNames names, int side) => new()
    {
        Name = compared.Class.Name,
        Members = [.. compared.Class.Members],
        ClassFingerprint = compared.Class.Fingerprint.Hex,
        ReproducesEverything = compared.ReproducesEverything,
        StepsCompared = compared.StepsCompared,
        StepsEqual = compared.StepsEqual,
        FirstDifferentStep = compared.FirstDifferentStep,
        MaxUlps = compared.MaxUlps is { } ulps ? Words.OrNull(ulps) : null,
        TokensCompared = compared.TokensCompared,
        TokensReproduced = compared.TokensReproduced,
        Histogram = Buckets(compared),
        Records = compared.FirstDifferentStep is { } step ? [names.StepRecord(side, step)] : [names.RecordOf(side)],
    };

    private static IEnumerable<StatementFacts> Notes(AttributionVerdict verdict, SideNames names, int side)
    {
        IReadOnlyList<string> whole = [names.RecordOf(side)];
        foreach (string caveat in verdict.Caveats)
            yield return new StatementFacts("caveat", caveat, whole);
        foreach (ClassSeparation separation in verdict.Separations.Take(MostSeparations))
            yield return new StatementFacts(
                "what would separate",
                FormattableString.Invariant($"{verdict.Classes[separation.ClassA].Class.Name} and {verdict.Classes[separation.ClassB].Class.Name}: {separation.Evidence}"),
                separation.StepIndex is { } step ? [names.StepRecord(side, step)] : whole);
        if (verdict.Separations.Count > MostSeparations)
            yield return new StatementFacts("what would separate", $"{Words.Of(verdict.Separations.Count - MostSeparations)} further classes that match: attribute --json has what would tell them apart", whole);
        if (verdict.Claim is { } claim)
            yield return new StatementFacts(
                "recorded claim", $"{Words.InWords(Words.Name(claim.Stance))}: {claim.Detail}", claim.StepIndex is { } step ? [names.StepRecord(side, step)] : whole);
        foreach (RefusedCandidate refused in verdict.Refused)
            yield return new StatementFacts(
                "refused", $"{refused.Name}: {(refused.Operator is { } name ? name + ", " : "")}{refused.Reason}", [names.StepRecord(side, refused.StepIndex)]);
    }
}
