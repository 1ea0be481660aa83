namespace PlanForensics.Reporting;

/// <summary>A table.</summary>
/// <param name="Caption">What it shows.</param>
/// <param name="Columns">Headings; one that begins with <c>&gt;</c> is set flush right.</param>
/// <param name="Rows">The rows.</param>
/// <param name="Chart">Name of the chart that draws these rows; null where there is none.</param>
internal sealed record ReportGrid(string Caption, IReadOnlyList<string> Columns, IReadOnlyList<ReportRow> Rows, string? Chart = null);
