using PlanForensics.Cli.Tokenizers;
using PlanForensics.Diffing;

namespace PlanForensics.Cli.Output;

/// <summary>Prints what differs between two runs.</summary>
internal static class TraceDiffText
{
    public static void Print(string a, string b, Equality verdict, TraceDiff diff, ModelTokenizer? tokenizer, bool withSteps, TextReport report)
    {
        report.Value("A", a);
        report.Value("B", b);
        PrintRequest(diff.Request, report);
        report.Prose("weights", diff.Weights.ToString());
        if (diff.Steps.Count > 0)
        {
            report.Prose("steps", $"{Numbers.Of(diff.Steps.Count)} compared: {Numbers.Of(diff.BitwiseEqualCount)} bitwise equal, "
                + $"{Numbers.Of(diff.AbsorbedCount)} with other bits and the same token, {Numbers.Of(diff.UndecidableCount)} undecidable");
        }

        if (diff.FirstDivergence is { } first)
            PrintDivergence(first, report);
        if (diff.FirstFlip is { } flip)
            PrintFlip(flip, tokenizer, report);
        if (withSteps && diff.Steps.Count > 0)
            PrintSteps(diff.Steps, tokenizer, report);
        report.Prose("ended", diff.Ending);
        report.Line(verdict switch
        {
            Equality.Equal => "same: every compared bit is equal",
            Equality.Different => diff.Request.Finding.IsDifferent
                ? "different: the requests differ, which comes before any plan"
                : "different",
            _ => "undecidable: what was recorded does not tell",
        });
    }

    /// <summary>A table of steps: tokens, bits and margins.</summary>
    public static void PrintSteps(IEnumerable<StepDiff> steps, ModelTokenizer? tokenizer, TextReport report)
    {
        ReportTable table = new(">step", "token A", "token B", "bits", ">median", ">max", ">margin A", ">margin B");
        foreach (StepDiff step in steps)
        {
            table.Add(
                $"{step.StepIndexA}",
                TokenText.Of(step.TokenA, tokenizer),
                step.Flip is null && step.TokenA == step.TokenB ? "=" : TokenText.Of(step.TokenB, tokenizer),
                Cell(step.Bits),
                step.LogitsDiff?.OverAll is { } quantiles ? Ulps(quantiles.P50) : "?",
                step.LogitsDiff is { } logits ? Ulps(logits.MaxUlps) : "?",
                Margin(step.MarginA),
                Margin(step.MarginB));
        }

        report.Line();
        report.Table(table);
        report.Note("in ulps: median and max over all logits; margin is top-1 minus top-2");
        report.Line();
    }

    public static ReportCell Cell(EqualityFinding finding) => finding.State switch
    {
        Equality.Equal => new ReportCell("equal", Tone.Good),
        Equality.Different => new ReportCell("differ", Tone.Bad),
        _ => new ReportCell("?", Tone.Unsure),
    };

    private static string Margin(LogitMargin? margin) => margin is null ? "?" : Ulps(margin.Ulps);

    private static string Ulps(long ulps) => ulps == Numerics.UlpDistance.Incomparable ? "NaN" : Numbers.Of(ulps);

    private static void PrintRequest(RequestComparison request, TextReport report)
    {
        report.Prose("request", request.Finding.ToString());
        if (request.ApproximationA is { } a)
            report.Prose("", $"side A is an approximation: {a}");
        if (request.ApproximationB is { } b)
            report.Prose("", $"side B is an approximation: {b}");
        RequestFieldComparison[] notable = [.. request.Fields.Where(field => !field.Finding.IsEqual)];
        if (notable.Length == 0)
            return;
        ReportTable table = new("field", "A", "B", "finding");
        foreach (RequestFieldComparison field in notable)
            table.Add(field.Field, field.A ?? "not recorded", field.B ?? "not recorded", new ReportCell(field.Finding.ToString(), Cell(field.Finding).Tone));
        report.Line();
        report.Table(table);
        report.Line();
    }

    private static void PrintDivergence(FirstDivergence first, TextReport report)
    {
        report.Prose("diverges", first.ToString() + (first.UndecidableStepsBefore > 0
            ? $"; {Numbers.Count(first.UndecidableStepsBefore, "earlier step")} undecidable, it may have begun there"
            : ""));
        if (first.Element is { } element)
            report.Prose("", $"first element of {first.ElementOf}: {element}");
    }

    private static void PrintFlip(TokenFlip flip, ModelTokenizer? tokenizer, TextReport report)
    {
        report.Prose("flip", $"step {flip.StepIndexA}: A chose {TokenText.Of(flip.TokenA, tokenizer)}, B chose {TokenText.Of(flip.TokenB, tokenizer)}");
        foreach ((string side, TokenFlipSide margins) in new[] { ("A", flip.SideA), ("B", flip.SideB) })
            if (margins.Margin is { } margin)
                report.Prose("", $"margin on {side}: {margin}");
    }
}
