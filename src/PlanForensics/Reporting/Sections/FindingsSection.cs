namespace PlanForensics.Reporting.Sections;

/// <summary>What was found, with the records that each statement rests on.</summary>
internal static class FindingsSection
{
    public static ReportSection? Of(ReportPage page)
    {
        List<ReportRow> rows = [.. page.Facts.Findings.Select(page.Row)];
        foreach (string caveat in page.Facts.Verdict.Caveats)
            rows.Add(new ReportRow(null, ["caveat", caveat, ""]));
        return rows.Count == 0 ? null : new ReportSection("findings", "What was found", [], [new ReportGrid("Findings", ["about", "finding", "records"], rows)]);
    }
}
