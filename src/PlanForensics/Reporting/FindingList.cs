using PlanForensics.Attribution.Incidents;
using PlanForensics.Attribution;
using PlanForensics.Diffing;
using PlanForensics.Reporting.Facts;

namespace PlanForensics.Reporting;

/// <summary>What was found, one statement a line.</summary>
internal sealed class FindingList(ReportContent content, SideNames names, ReportOptions options)
{
    /// <summary>Flips first, then their operator and pin, then plans, then what was compared.</summary>
    public IEnumerable<StatementFacts> Build()
    {
        int reference = names.Reference;
        (TraceDiff Diff, int Side)[] diffs = [.. content.Diffs.Index().Where(entry => entry.Item is not null).Select(entry => (entry.Item!, entry.Index))];
        foreach ((TraceDiff diff, int side) in diffs)
            if (diff.FirstFlip is { } flip)
                yield return OfFlip(flip, reference, side);
        if ((content.Postmortem?.Bisection ?? content.Incident?.Flip?.Bisection) is { } bisection)
            yield return new StatementFacts("operator", bisection.Explanation, bisection.StepIndex is { } step ? [names.StepRecord(reference, step)] : []);
        if ((content.Postmortem?.Pin ?? content.Incident?.Flip?.Pin) is { } pin)
            yield return new StatementFacts("pin", pin.Explanation, [names.RecordOf(reference)]);
        for (int side = 0; side < content.Attributions.Count; side++)
            if (content.Incident is null && content.Attributions[side] is { } verdict)
                yield return new StatementFacts($"plans of {names.LabelOf(side)}", $"{Words.InWords(Words.Name(verdict.State))}: {verdict.Explanation}", [names.RecordOf(side)]);
        if (content.CandidateSource is { } source)
            yield return new StatementFacts("candidate plans", source, [names.RecordOf(reference)]);
        if (content.Incident is { } incident)
            foreach (StatementFacts found in OfIncident(incident))
                yield return found;
        foreach ((TraceDiff diff, int side) in diffs)
            foreach (StatementFacts found in OfDiff(diff, reference, side))
                yield return found;
        foreach (StatementFacts found in Inputs(diffs, reference))
            yield return found;
    }

    private string Pair(int side, int reference) => names.Kind == "incident" ? $", {names.LabelOf(side)} against {names.LabelOf(reference)}" : "";

    private StatementFacts OfFlip(TokenFlip flip, int reference, int side) => new(
        "flip" + Pair(side, reference),
        FormattableString.Invariant($"step {flip.StepIndexA}: {names.LabelOf(reference)} chose {Token(flip.TokenA)} with a margin of {Margin(flip.SideA)}, {names.LabelOf(side)} {Token(flip.TokenB)} with a margin of {Margin(flip.SideB)}"),
        [names.StepRecord(reference, flip.StepIndexA), names.StepRecord(side, flip.StepIndexB)]);

    // The same finding of several sides is one statement.
    private IEnumerable<StatementFacts> Inputs((TraceDiff Diff, int Side)[] diffs, int reference)
    {
        foreach ((string name, Func<TraceDiff, string> text) in new (string, Func<TraceDiff, string>)[] { ("effective requests", diff => diff.Request.Finding.ToString()), ("weights", diff => diff.Weights.ToString()) })
            foreach (IGrouping<string, (TraceDiff Diff, int Side)> group in diffs.GroupBy(item => text(item.Diff)))
                yield return new StatementFacts(
                    group.Count() == diffs.Length ? name : $"{name}, {string.Join(", ", group.Select(item => names.LabelOf(item.Side)))} against {names.LabelOf(reference)}",
                    group.Key, [names.RecordOf(reference), .. group.Select(item => names.RecordOf(item.Side))]);
    }

    private IEnumerable<StatementFacts> OfDiff(TraceDiff diff, int reference, int side)
    {
        string pair = Pair(side, reference);
        IReadOnlyList<string> whole = [names.RecordOf(reference), names.RecordOf(side)];
        if (diff.FirstDivergence is { } first)
        {
            yield return new StatementFacts(
                "bits first differ" + pair, $"{first}{(first.Element is { } element ? $"; {first.ElementOf}: {element}" : "")}",
                [names.StepRecord(reference, first.StepIndexA, first.Rank), names.StepRecord(side, first.StepIndexB, first.Rank)]);
        }

        yield return new StatementFacts(
            "steps" + pair,
            FormattableString.Invariant($"{Words.Count(diff.Steps.Count, "step")} compared: {diff.BitwiseEqualCount} bitwise equal, {diff.AbsorbedCount} with other bits and the same token, {diff.UndecidableCount} undecidable; {diff.Ending}"),
            whole);
    }

    private IEnumerable<StatementFacts> OfIncident(IncidentVerdict incident)
    {
        yield return new StatementFacts("environment", incident.Environment, [names.RecordOf(0)]);
        if (incident.Backends.Count > 0)
            yield return new StatementFacts("kernels", $"{string.Join(" | ", incident.Backends)}: the only ones that explain every run", [names.RecordOf(0)]);
        for (int index = 0; index < incident.Runs.Count; index++)
        {
            IncidentRunVerdict run = incident.Runs[index];
            yield return new StatementFacts(
                $"plans of {names.LabelOf(index)}",
                FormattableString.Invariant($"{Words.InWords(Words.Name(run.State))}: {run.Plan}; {Words.Of(run.LogitsReproduced)} of {Words.Of(run.LogitsTotal)} logits and {run.TokensReproduced} of {run.TokensTotal} tokens reproduced"),
                [names.RecordOf(index)]);
        }

        if (incident.Flip is { Invariant.Count: > 0 } flip)
            yield return new StatementFacts(
                "or run", FormattableString.Invariant($"{string.Join(" | ", flip.Invariant)}: equal programs at batch {flip.BatchA} and {flip.BatchB}, at every recorded step"), [names.RecordOf(names.Reference)]);
    }

    private string Token(int? token) => token is not { } id ? "a token that was not recorded"
        : FormattableString.Invariant($"token {id}") + (options.TokenText is { } text ? " " + Words.Quote(text(id)) : "");

    private static string Margin(TokenFlipSide side) => Words.Ulps(side.Margin?.Ulps);
}
