using PlanForensics.Plans;
using PlanForensics.Probing;

namespace PlanForensics.FluentAssertions;

/// <summary>Compares the order that a probe found with an expected one and words the difference.</summary>
internal static class OrderFinding
{
    private const string Expectation = "Expected {context:kernel} to accumulate like the program";
    private const int LongestPlan = 400;

    /// <summary>Null when every output adds in the expected order.</summary>
    public static string? Compare(BlackBox kernel, ProbeReport report, ExpectedOrder expected)
    {
        if (report.Outcome != ProbeOutcome.Recovered)
            return Kernel(new Finding(Expectation, $"its order could not be recovered ({report.Outcome}): {report.Reason}"), kernel, report).Line("expected", Text(expected.Plan, expected.Regions[0].Program)).Message;
        foreach (ProbedClass found in report.Classes)
            foreach (OutputRegion region in found.Regions)
                foreach (ProgramRegion wanted in expected.Within(region))
                    if (!wanted.Program.Equals(found.Program))
                        return Differ(kernel, report, found, region, wanted.Program, expected.Plan);
        return null;
    }

    private static string Differ(BlackBox kernel, ProbeReport report, ProbedClass found, OutputRegion region, ReductionProgram wanted, string? plan)
    {
        Finding finding = new(Expectation, found.Program is null ? "it adds in an order that no program says" : wanted.Depth != kernel.Depth
            ? $"the program is one of K = {ElementText.Number(wanted.Depth)} and the kernel has K = {ElementText.Number(kernel.Depth)}"
            : "it adds in another order");
        Kernel(finding, kernel, report)
            .Line("outputs", Outputs(found, region, kernel))
            .Line("expected", Text(plan, wanted))
            .Line("found", found.Program is { } program ? Text(found.CatalogName is { } name ? $"{found.Plan!.Text} ({name})" : found.Plan is ProgramPlan ? null : found.Plan?.Text, program) : found.Reason)
            .Line("terms", wanted.Depth == kernel.Depth ? Terms(found.Tree, wanted) : null);
        if (found.PlanButForZeroSigns is { } nearly)
            finding.Line("note", $"but for the sign of a sum that is exactly zero, the bits are those of: {nearly.Text}");
        return finding.Line("reproduce", Command(kernel, found, wanted, plan)).Message;
    }

    private static Finding Kernel(Finding finding, BlackBox kernel, ProbeReport report) => finding.Line(
        "kernel", $"{kernel.Kind}, M = {ElementText.Number(kernel.Rows)}, N = {ElementText.Number(kernel.Columns)}, K = {ElementText.Number(kernel.Depth)}; probed by {ElementText.Count(report.Calls.Total, "call")}");

    private static string Outputs(ProbedClass found, OutputRegion region, BlackBox kernel) => found.OutputCount == kernel.Rows * kernel.Columns
        ? "all"
        : $"{ElementText.Number(found.OutputCount)} of {ElementText.Number(kernel.Rows * kernel.Columns)}, among them row {ElementText.Number(region.RowStart)} column {ElementText.Number(region.ColumnStart)}";

    private static string Text(string? plan, ReductionProgram program) => plan is null ? program.Text : $"{plan}\n{program.Text}";

    /// <summary>The first two terms that meet elsewhere than expected.</summary>
    private static string? Terms(SummationTree found, ReductionProgram wanted)
    {
        if (wanted.Root is null || wanted.Depth < 2)
            return null;
        SummationTree expected = SummationTree.Of(wanted);
        if (expected.Equals(found))
            return "all terms meet where they should: the arithmetic differs (fma, precision, start at +0.0, stores)";
        for (int first = 0; first < wanted.Depth; first++)
            for (int second = first + 1; second < wanted.Depth; second++)
                if (expected.LeavesUnder(first, second) != found.LeavesUnder(first, second))
                    return $"{ElementText.Number(first)} and {ElementText.Number(second)} meet in a sum of {ElementText.Count(found.LeavesUnder(first, second), "term")}; {ElementText.Number(expected.LeavesUnder(first, second))} expected";
        return null;
    }

    private static string? Command(BlackBox kernel, ProbedClass found, ReductionProgram wanted, string? plan)
    {
        if (found.Program is not { } program || wanted.Depth != kernel.Depth || !kernel.HasProducts)
            return null;
        string a = plan is null || plan.StartsWith("map{", StringComparison.Ordinal) ? new ProgramPlan(wanted).Text : plan;
        string b = found.Plan?.Text ?? new ProgramPlan(program).Text;
        return a.Length + b.Length > LongestPlan
            ? null
            : $"planforensics plan diff {Evidence.Quote(a)} {Evidence.Quote(b)} --shape {ElementText.Number(kernel.Rows)},{ElementText.Number(kernel.Columns)},{ElementText.Number(kernel.Depth)}";
    }
}
