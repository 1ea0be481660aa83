using PlanForensics.Attribution;
using PlanForensics.Cli.Tokenizers;

namespace PlanForensics.Cli.Output;

/// <summary>Prints why two runs of one request differ: both sides' verdicts, the operator, the pin, and the sum of it.</summary>
internal static class PostmortemReport
{
    public static void Print(PostmortemResult postmortem, ModelTokenizer tokenizer, TextReport report, string? candidates = null)
    {
        if (candidates is not null)
            report.Prose("candidates", candidates);
        foreach ((string side, AttributionVerdict? verdict) in new[] { ("A", postmortem.SideA), ("B", postmortem.SideB) })
        {
            if (verdict is null)
                continue;
            report.Line();
            report.Line($"side {side}");
            AttributionReport.Print(verdict, report);
        }

        if (postmortem.Bisection is { } bisection)
        {
            report.Line();
            report.Line("operator");
            BisectionReport.Print(bisection, tokenizer, report);
        }

        if (postmortem.Pin is { } pin)
            report.Prose("pin", pin.Explanation);
        foreach (string caveat in postmortem.Caveats)
            report.Prose("caveat", caveat);
        report.Line();
        report.Prose("verdict", $"{Names.InWords(postmortem.State)}: {postmortem.Explanation}");
    }
}
