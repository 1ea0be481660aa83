using PlanForensics.Attribution;

namespace PlanForensics.Cli.Output;

/// <summary>Prints an attribution.</summary>
internal static class AttributionReport
{
    private const int MostClasses = 20;

    public static void Print(AttributionVerdict verdict, TextReport report, string? candidates = null)
    {
        report.Value("request", verdict.RequestId);
        if (candidates is not null)
            report.Prose("candidates", candidates);
        report.Prose("verdict", $"{Names.InWords(verdict.State)}: {verdict.Explanation}");
        report.Value("evidence", Names.InWords(verdict.Evidence));
        foreach (string caveat in verdict.Caveats)
            report.Prose("caveat", caveat);
        if (verdict.Narrowing is { } narrowing && (narrowing.Infeasible > 0 || narrowing.Open > 0))
            report.Prose("narrowed", narrowing.ToString());
        PrintClasses(verdict, report);
        foreach (ClassSeparation separation in verdict.Separations)
            report.Prose("separation", $"classes {separation.ClassA} and {separation.ClassB}: {separation.Evidence}");
        if (verdict.Claim is { } claim)
            report.Prose("claim", $"{Names.InWords(claim.Stance)}: {claim.Detail}");
        foreach (RefusedCandidate refused in verdict.Refused)
            report.Prose(refused.IsInfeasible ? "infeasible" : "refused", $"{refused.Name}: {(refused.Operator is { } name ? name + ", " : "")}{refused.Reason}");
        PrintControls(verdict.Controls, report);
    }

    public static void PrintControls(ControlReport? controls, TextReport report)
    {
        if (controls is null)
            return;
        foreach (ControlOutcome control in new[] { controls.Repeat, controls.Probe, controls.Negative })
            report.Prose("control", $"{Names.InWords(control.Kind)} {(control.Passed ? "passed" : "FAILED")}: {control.Detail}");
    }

    private static void PrintClasses(AttributionVerdict verdict, TextReport report)
    {
        if (verdict.Classes.Count == 0)
            return;
        ReportTable table = new(">class", "plans", ">equal", ">differs at", ">max ulps", ">tokens");
        foreach (int index in verdict.Nearest.Take(MostClasses))
        {
            ClassComparison compared = verdict.Classes[index];
            bool matches = verdict.Matching.Contains(index);
            table.Add(
                $"{index}",
                new ReportCell(string.Join("; ", compared.Class.Members), matches ? Tone.Good : Tone.Plain),
                $"{compared.StepsEqual}/{compared.StepsCompared}",
                compared.FirstDifferentStep is { } step ? $"{step}" : "-",
                compared.MaxUlpsAtFirst is { } ulps ? ulps == Numerics.UlpDistance.Incomparable ? "NaN" : Numbers.Of(ulps) : "-",
                $"{compared.TokensReproduced}/{compared.TokensCompared}");
        }

        report.Line();
        report.Table(table);
        if (verdict.Nearest.Count > MostClasses)
            report.Line($"further away, in --json only: {Numbers.Of(verdict.Nearest.Count - MostClasses)} more");
        report.Note("equal: steps reproduced; max ulps: at the first step that differs");
        report.Line();
    }
}
