namespace PlanForensics.Reporting.Sections;

/// <summary>What the record does not hold.</summary>
internal static class MissingSection
{
    public static ReportSection? Of(ReportPage page) => page.Facts.Missing.Count == 0 ? null : new ReportSection(
        "missing", "What the record does not hold", ["Nothing here was guessed. Where a figure is missing below, this is why."],
        [new ReportGrid("Not recorded, or not asked", ["what", "how much, and what it costs", "records"], [.. page.Facts.Missing.Select(page.Row)])]);
}
