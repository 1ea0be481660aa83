using System.Globalization;
using PlanForensics.Identification;

namespace PlanForensics.Cli.Output;

/// <summary>Prints what <c>identify</c> found.</summary>
internal static class IdentificationReport
{
    private const int LongestPlan = 400;

    public static void Print(IReadOnlyList<IdentificationResult> results, IReadOnlyList<double> seconds, TextReport report)
    {
        foreach (IdentificationResult result in results)
        {
            report.Line(result.Name);
            report.Value("  verdict", Names.Of(result.Verdict));
            foreach (ScoredPlan plan in result.Plans)
                report.Value("  plan", $"{Short(plan.Plan)}\n{plan.Name}");
            report.Value("  reproduced", Share(result.Reproduced, result.Elements));
            if (result.RunnerUp is { } next)
                report.Value("  runner-up", $"{Share(next.Reproduced, result.Elements)}: {Short(next.Plan)}\n{next.Name}");
            if (result.Reason is { } reason)
                report.Prose("  because", reason);
        }

        ReportTable table = new("verdict", ">cases", ">reproduced", ">elements");
        foreach (IGrouping<IdentificationVerdict, IdentificationResult> group in results.GroupBy(result => result.Verdict).OrderBy(group => group.Key))
        {
            table.Add(
                new ReportCell(Names.Of(group.Key), group.Key switch { IdentificationVerdict.Unexplained => Tone.Bad, IdentificationVerdict.Ambiguous => Tone.Unsure, _ => Tone.Good }),
                Numbers.Of(group.Count()), Numbers.Of(group.Sum(result => result.Reproduced)), Numbers.Of(group.Sum(result => result.Elements)));
        }

        report.Line();
        report.Table(table);
        report.Line(string.Create(CultureInfo.InvariantCulture, $"{seconds.Sum():F2} s"));
    }

    private static string Share(long reproduced, long elements) => $"{Numbers.Of(reproduced)} of {Numbers.Of(elements)}";

    private static string Short(string plan) => plan.Length <= LongestPlan ? plan : $"{plan[..LongestPlan]}... ({Numbers.Of(plan.Length)} characters; --json has them all)";
}
