namespace PlanForensics.Reporting;

/// <summary>A row of a table.</summary>
/// <param name="Id">Its id where it is a record; null otherwise.</param>
/// <param name="Cells">Its cells; the first heads the row.</param>
internal sealed record ReportRow(string? Id, IReadOnlyList<ReportLink> Cells);
