using PlanForensics.Attribution;
using PlanForensics.Attribution.Incidents;
using PlanForensics.Diffing;
using PlanForensics.Reporting.Facts;

namespace PlanForensics.Reporting;

/// <summary>The verdict of a report.</summary>
internal static class VerdictText
{
    public static VerdictFacts Of(ReportContent content, IReadOnlyList<FlipFacts> flips)
    {
        if (content.Postmortem is { } postmortem)
            return new VerdictFacts(Words.Name(postmortem.State), ToneOf(postmortem.State), Words.Sentence(postmortem.Explanation), [.. postmortem.Caveats]);
        if (content.Incident is { } incident)
            return OfIncident(incident);
        if (content.Recordings.Count > 1)
            return OfDiff(content, flips);
        return content.Attributions.Count > 0 && content.Attributions[0] is { } verdict
            ? new VerdictFacts(Words.Name(verdict.State), ToneOf(verdict.State), Words.Sentence(verdict.Explanation), [.. verdict.Caveats])
            : new VerdictFacts("not_asked", "unsure", $"Plans were not asked: {content.WhyNoPlans ?? "no attribution was given"}. This report says what was recorded.", []);
    }

    private static VerdictFacts OfDiff(ReportContent content, IReadOnlyList<FlipFacts> flips)
    {
        TraceDiff? diff = content.Diffs.OfType<TraceDiff>().FirstOrDefault();
        string without = $"Plans were not asked: {content.WhyNoPlans ?? "no postmortem was given"}";
        if (diff is null)
            return new VerdictFacts("not_compared", "unsure", $"The recordings were not compared. {without}.", []);
        if (diff.Request.Finding.IsDifferent)
            return new VerdictFacts("requests_differ", "bad", $"The effective requests differ ({diff.Request.Finding.Because}), which comes before any plan.", []);
        if (flips.Count > 0)
            return new VerdictFacts("different", "bad", $"{Words.Sentence(diff.FirstFlip!.ToString())}. {without}.", []);
        return diff.FirstDivergence is { } first
            ? new VerdictFacts("different", "bad", $"Bits first differ at {first}, and every margin absorbs it. {without}.", [])
            : new VerdictFacts("no_difference", diff.UndecidableCount == 0 ? "good" : "unsure", FormattableString.Invariant(
                $"No step is known to differ: {diff.BitwiseEqualCount} of {diff.Steps.Count} compared steps are bitwise equal, {diff.UndecidableCount} undecidable."), []);
    }

    private static VerdictFacts OfIncident(IncidentVerdict incident)
    {
        int explained = incident.Runs.Count(run => run.IsExplained);
        string runs = explained == incident.Runs.Count
            ? FormattableString.Invariant($"the plans of all {incident.Runs.Count} runs are known")
            : FormattableString.Invariant($"the plans of {explained} of {incident.Runs.Count} runs are known");
        string sentence = incident.Flip is not { } flip
            ? incident.Runs.Count < 2 ? $"One run only: nothing to compare with; {runs}." : $"Every run chose the same tokens; {runs}."
            : FormattableString.Invariant($"Batch {flip.BatchB} chose another token than batch {flip.BatchA} at step {flip.Flip.StepIndexA}; {runs}. {Words.Sentence(flip.Bisection?.Explanation ?? "the operator was not looked for, since a side of the flip is unexplained")}.");
        string state = explained < incident.Runs.Count ? "unexplained" : incident.Flip is null ? "no_flip" : incident.Flip.Bisection?.State == BisectionState.Found ? "explained" : "attributed";
        string tone = explained < incident.Runs.Count ? "unsure" : incident.Flip is null ? "good" : "bad";
        return new VerdictFacts(state, tone, sentence, [.. incident.Runs.SelectMany(run => run.Caveats.Select(caveat => FormattableString.Invariant($"batch {run.Batch}: {caveat}")))]);
    }

    private static string ToneOf(PostmortemState state) => state switch
    {
        PostmortemState.NoDifference => "good",
        PostmortemState.Unexplained => "unsure",
        _ => "bad",
    };

    private static string ToneOf(AttributionState state) => state switch
    {
        AttributionState.Identified or AttributionState.Ambiguous => "good",
        AttributionState.Unexplained => "bad",
        _ => "unsure",
    };
}
