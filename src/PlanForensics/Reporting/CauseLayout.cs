using PlanForensics.Attribution;
using PlanForensics.Attribution.Incidents;
using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Reporting.Facts;

namespace PlanForensics.Reporting;

/// <summary>Lays out the chain from what the engine did to the token: what differed around the request, which plans that chose, which operator, which bits, which token.</summary>
internal sealed class CauseLayout(ReportContent content, SideNames names, StepRegimes regimes, IReadOnlyList<FlipFacts> flips)
{
    private static readonly string[] Links = ["batch", "plan", "operator", "bits"];

    private readonly IReadOnlyList<ChainFacts> _chains = ChainLayout.Of(content.Causes, regimes);

    /// <summary>The chain of the first flip, or where no token flipped of the first bits that differ; null where two sides were not compared or do not differ.</summary>
    public CauseFacts? Build()
    {
        int side = content.Diffs.ToList().FindIndex(diff => diff?.FirstFlip is not null);
        if (side < 0)
            side = content.Diffs.ToList().FindIndex(diff => diff?.FirstDivergence is not null);
        if (side < 0 || content.Diffs[side] is not { } diff || diff.Request.Finding.IsDifferent)
            return _chains.Count == 0 ? null : new CauseFacts("What pushed the engine while it ran these steps; two sides were not compared, or do not differ.", [], _chains);
        List<CauseLinkFacts> links = [.. FirstThat(side, diff, "regime", RegimesDiffer), .. FirstThat(side, diff, "state", StatesDiffer), .. FirstThat(side, diff, "batch", BatchesDiffer), .. Plans(side), .. Operator(), .. Bits(side, diff), .. Token(side, diff)];
        return new CauseFacts(Sentence(links, side), links, _chains);
    }

    private (ContractStep A, ContractStep B)? StepsOf(int side, int indexA, int indexB)
    {
        ContractStep? a = content.Recordings[names.Reference].Steps.FirstOrDefault(step => step.State.Rank == 0 && step.State.StepIndex == indexA);
        ContractStep? b = content.Recordings[side].Steps.FirstOrDefault(step => step.State.Rank == 0 && step.State.StepIndex == indexB);
        return a is null || b is null ? null : (a, b);
    }

    /// <summary>The first compared step of which something is said differently; what a scheduler decides comes before what follows from it.</summary>
    private IEnumerable<CauseLinkFacts> FirstThat(int side, TraceDiff diff, string kind, Func<int, ContractStep, ContractStep, string?> differ)
    {
        foreach (StepDiff step in diff.Steps)
        {
            if (StepsOf(side, step.StepIndexA, step.StepIndexB) is not var (a, b) || differ(side, a, b) is not { } text)
                continue;
            yield return new CauseLinkFacts(kind, step.StepIndexA, text, [names.StepRecord(names.Reference, step.StepIndexA), names.StepRecord(side, step.StepIndexB)]);
            yield break;
        }
    }

    private string? RegimesDiffer(int side, ContractStep a, ContractStep b) =>
        regimes.NameOf(content.Recordings[names.Reference].RequestId, a.State) is { } first && regimes.NameOf(content.Recordings[side].RequestId, b.State) is { } second && first != second
            ? $"{names.LabelOf(names.Reference)} ran in regime {Words.InWords(first)}, {names.LabelOf(side)} in {Words.InWords(second)}"
            : null;

    private string? StatesDiffer(int side, ContractStep a, ContractStep b)
    {
        string[] found = [.. StateDifferences.Of(a.State, b.State)];
        return found.Length == 0 ? null : $"{names.LabelOf(names.Reference)} against {names.LabelOf(side)}: {string.Join("; ", found)}";
    }

    private string? BatchesDiffer(int side, ContractStep a, ContractStep b) =>
        (a.State.BatchSize, a.State.BatchTokens, a.State.PaddedBatch) == (b.State.BatchSize, b.State.BatchTokens, b.State.PaddedBatch) ? null
            : $"{names.LabelOf(names.Reference)} ran this step in {Batch(a.State)}, {names.LabelOf(side)} in {Batch(b.State)}";

    private IEnumerable<CauseLinkFacts> Plans(int side)
    {
        if (content.Incident is { Flip: { } flip } incident)
        {
            string a = incident.Runs.First(run => run.Batch == flip.BatchA).Plan;
            string b = incident.Runs.First(run => run.Batch == flip.BatchB).Plan;
            yield return new CauseLinkFacts("plan", null, $"{names.LabelOf(names.Reference)} ran {a}; {names.LabelOf(side)} ran {b}", [names.RecordOf(names.Reference), names.RecordOf(side)]);
        }
        else if (content.Postmortem is { SideA.Found: { } foundA, SideB.Found: { } foundB })
        {
            yield return new CauseLinkFacts(
                "plan", null, $"{names.LabelOf(names.Reference)} ran {Ran(content.Postmortem.SideA, foundA)}; {names.LabelOf(side)} ran {Ran(content.Postmortem.SideB, foundB)}",
                [names.RecordOf(names.Reference), names.RecordOf(side)]);
        }
    }

    private IEnumerable<CauseLinkFacts> Operator() =>
        (content.Postmortem?.Bisection ?? content.Incident?.Flip?.Bisection) is { State: BisectionState.Found } found
            ? [new CauseLinkFacts("operator", found.StepIndex, found.Explanation, found.StepIndex is { } step ? [names.StepRecord(names.Reference, step)] : [])]
            : [];

    private IEnumerable<CauseLinkFacts> Bits(int side, TraceDiff diff) => diff.FirstDivergence is not { } first ? [] :
    [
        new CauseLinkFacts(
            "bits", first.StepIndexA, $"bits first differ at {first}{(first.Element is { } element ? $": {element}" : "")}",
            [names.StepRecord(names.Reference, first.StepIndexA, first.Rank), names.StepRecord(side, first.StepIndexB, first.Rank)]),
    ];

    private IEnumerable<CauseLinkFacts> Token(int side, TraceDiff diff)
    {
        FlipFacts? flip = flips.FirstOrDefault(item => item.SideB == names.KeyOf(side));
        if (flip is null)
        {
            if (diff.AbsorbedCount > 0)
                yield return new CauseLinkFacts("margin", null, $"in all {Words.Count(diff.AbsorbedCount, "step")} with other bits the margin kept the token", [names.RecordOf(side)]);
            yield break;
        }

        yield return new CauseLinkFacts(
            "margin", flip.StepIndex, $"the two largest logits were {Words.Ulps(flip.MarginUlpsA)} apart on {names.LabelOf(names.Reference)}, {Words.Ulps(flip.MarginUlpsB)} on {names.LabelOf(side)}", flip.Records);
        yield return new CauseLinkFacts(
            "token", flip.StepIndex, $"{names.LabelOf(names.Reference)} chose {Sections.MarginSection.Shown(flip.TokenA)}, {names.LabelOf(side)} {Sections.MarginSection.Shown(flip.TokenB)}", flip.Records);
    }

    private string Sentence(List<CauseLinkFacts> links, int side)
    {
        string[] kinds = [.. links.Select(link => link.Kind)];
        string chain = links.Count == 0 ? "Nothing that was recorded tells why." : $"From {kinds[0]} to {kinds[^1]}, {names.LabelOf(side)} against {names.LabelOf(names.Reference)}.";
        string[] open = [.. Links.Where(kind => !kinds.Contains(kind))];
        return open.Length == 0 ? chain : $"{chain} Not known: {string.Join(", ", open)}.";
    }

    private static string Ran(AttributionVerdict verdict, ClassComparison found) => verdict.Matching.Count == 1
        ? found.Class.Name
        : $"{found.Class.Name} or one of {Words.Count(verdict.Matching.Count - 1, "class")} whose bits are equal here";

    private static string Batch(StepState state) => state.BatchSize is { } size
        ? $"a batch of {Words.Of(size)}{(state.BatchTokens is { } tokens ? $" ({Words.Count(tokens, "token")})" : "")}{(state.PaddedBatch is { } padded ? $", padded to {Words.Of(padded)}" : "")}"
        : state.BatchTokens is { } rows ? $"a batch of {Words.Count(rows, "token")}" : "a batch that was not recorded";
}
