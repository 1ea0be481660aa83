using PlanForensics.Attribution;
using PlanForensics.Attribution.Incidents;
using PlanForensics.Cli.Tokenizers;
using PlanForensics.Diffing;

namespace PlanForensics.Cli.Output;

/// <summary>Prints what happened in a whole incident.</summary>
internal static class IncidentReport
{
    private const int MostOthers = 3;

    public static void Print(IncidentVerdict verdict, ModelTokenizer tokenizer, double seconds, TextReport report)
    {
        report.Value("incident", verdict.Incident);
        report.Prose("environment", verdict.Environment);
        if (verdict.Backends.Count > 0)
            report.Prose("kernels", $"{string.Join(" | ", verdict.Backends)}: the only ones that explain every run");
        foreach (IncidentRunVerdict run in verdict.Runs)
            PrintRun(run, report);
        report.Line();
        if (verdict.Flip is { } flip)
            PrintFlip(flip, verdict, tokenizer, report);
        else
            report.Value("flip", verdict.Runs.Count < 2 ? "one run only: nothing to compare with" : "none: every run chose the same tokens");
        report.Value("seconds", FormattableString.Invariant($"{seconds:0.0}"));
    }

    public static string? PinOf(IncidentFlip flip) => flip.Pin is not { Pin: { } pin } result ? null : FormattableString.Invariant(
        $"{Operators(flip)}{(pin.Scope == PinScope.Operators ? "" : FormattableString.Invariant($" ({Names.InWords(pin.Scope)})"))} at batch {flip.BatchB} as at batch {flip.BatchA}: {result.Explanation}");

    private static void PrintRun(IncidentRunVerdict run, TextReport report)
    {
        report.Line();
        report.Value(FormattableString.Invariant($"batch {run.Batch}"), Names.InWords(run.State));
        report.Prose("plan", run.Plan);
        report.Value("logits", FormattableString.Invariant($"{Numbers.Of(run.LogitsReproduced)} of {Numbers.Of(run.LogitsTotal)} reproduced, {run.TokensReproduced} of {run.TokensTotal} tokens"));
        if (run.Operators.Count > 0)
            report.Prose("operators", OperatorsOf(run));
        foreach (IncidentClass other in run.Others.Take(MostOthers))
            report.Prose("other", FormattableString.Invariant($"{100 * other.Share:0.0} % of the logits of {Numbers.Count(other.StepsCompared, "step")}: {other}{(other.ReproducesEverything && !other.IsAllowed ? "; the recorded environment rules it out" : "")}"));
        if (run.Others.Count > MostOthers)
            report.Value("", FormattableString.Invariant($"and {run.Others.Count - MostOthers} classes further away"));
        foreach (RefusedCandidate refused in run.Refused.Take(MostOthers))
            report.Prose("refused", $"{refused.Name}: {refused.Reason}");
        foreach (string caveat in run.Caveats)
            report.Prose("caveat", caveat);
        if (run.Controls is { } controls)
            report.Value("controls", string.Join(", ", new[] { controls.Repeat, controls.Probe, controls.Negative }.Select(control => $"{Names.InWords(control.Kind)} {(control.Passed ? "passed" : "FAILED")}")));
    }

    private static string OperatorsOf(IncidentRunVerdict run)
    {
        OperatorTally[] missed = [.. run.Operators.Where(tally => !tally.IsComplete)];
        string all = FormattableString.Invariant(
            $"{Numbers.Of(run.Operators.Sum(tally => tally.ElementsReproduced))} of {Numbers.Of(run.Operators.Sum(tally => tally.Elements))} values of {Numbers.Of(run.Operators.Sum(tally => tally.Operators))} recorded operators reproduced");
        return missed.Length == 0 ? all : $"{all}; not all of {string.Join(", ", missed.Select(tally => tally.Kind))}";
    }

    private static void PrintFlip(IncidentFlip flip, IncidentVerdict verdict, ModelTokenizer tokenizer, TextReport report)
    {
        TokenFlip found = flip.Flip;
        report.Value("flip", FormattableString.Invariant($"step {found.StepIndexA}, batch {flip.BatchB} against batch {flip.BatchA}"));
        PrintSide(flip.BatchA, found.TokenA, found.SideA, tokenizer, report);
        PrintSide(flip.BatchB, found.TokenB, found.SideB, tokenizer, report);
        if (verdict.FlippedBatches.Count > 1)
            report.Value("flipped at", "batch " + string.Join(", ", verdict.FlippedBatches));
        if (flip.Bisection is not { } bisection)
        {
            report.Prose("operator", "not looked for: a side of the flip is unexplained");
            return;
        }

        report.Prose("operator", bisection.Explanation);
        foreach (FoundOperator item in bisection.Operators.Take(MostOthers))
        {
            report.Value(FormattableString.Invariant($"batch {flip.BatchA}"), item.PlanA);
            report.Value(FormattableString.Invariant($"batch {flip.BatchB}"), item.PlanB);
        }

        AttributionReport.PrintControls(bisection.Controls, report);
        report.Prose("pin", PinOf(flip) ?? flip.Pin?.Explanation ?? "none was tried");
        if (flip.Invariant.Count > 0)
            report.Prose("or run", $"{string.Join(" | ", flip.Invariant)}: equal programs at batch {flip.BatchA} and {flip.BatchB}, at every recorded step");
    }

    private static void PrintSide(int batch, int? token, TokenFlipSide side, ModelTokenizer tokenizer, TextReport report) => report.Prose(
        FormattableString.Invariant($"  batch {batch}"),
        $"token {TokenText.Of(token, tokenizer)}{(side.Margin is { } margin ? FormattableString.Invariant($", margin {margin.Margin:R} ({UlpsOf(margin)})") : "")}");

    private static string UlpsOf(LogitMargin margin) => FormattableString.Invariant($"{margin.Ulps} ulp{(margin.Ulps == 1 ? "" : "s")}");

    private static string Operators(IncidentFlip flip) => string.Join(", ", flip.Bisection!.Operators.Select(item => item.Name));
}
