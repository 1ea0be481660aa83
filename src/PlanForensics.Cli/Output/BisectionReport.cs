using PlanForensics.Attribution;
using PlanForensics.Cli.Tokenizers;

namespace PlanForensics.Cli.Output;

/// <summary>Prints a bisection.</summary>
internal static class BisectionReport
{
    public static void Print(BisectionResult result, ModelTokenizer? tokenizer, TextReport report)
    {
        report.Prose("verdict", $"{Names.InWords(result.State)}: {result.Explanation}");
        report.Value("target", Names.InWords(result.Target));
        if (result.StepIndex is { } step)
            report.Prose("step", $"{step}: A's plan chooses {TokenText.Of(result.TokenA, tokenizer)}, B's plan {TokenText.Of(result.TokenB, tokenizer)}");
        report.Prose("operators", $"{Numbers.Of(result.Searched.Count)} differ and were searched, {Numbers.Of(result.SameProgramCount)} run equal programs");
        foreach (string left in result.NotSubstituted)
            report.Prose("left out", left);
        PrintFound(result, report);
        report.Prose("replays", $"{Numbers.Of(result.SearchReplays)} to search (bound {Numbers.Of(result.ReplayBound)}), "
            + $"{Numbers.Of(result.InteractionReplays)} for interactions, {Numbers.Of(result.VerificationReplays)} to verify");
        AttributionReport.PrintControls(result.Controls, report);
    }

    private static void PrintFound(BisectionResult result, TextReport report)
    {
        if (result.Groups.Count == 0)
            return;
        ReportTable table = new("operator", "plan A", "plan B", "sufficient", "necessary");
        foreach (OperatorGroup group in result.Groups)
            foreach (FoundOperator found in group.Operators)
                table.Add(found.Name, found.PlanA, found.PlanB, Said(found.IsSufficient), Said(found.IsNecessary));
        report.Line();
        report.Table(table);
        report.Line();
    }

    private static string Said(bool value) => value ? "yes" : "no";
}
