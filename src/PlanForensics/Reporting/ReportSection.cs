namespace PlanForensics.Reporting;

/// <summary>A section of a report.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Paragraphs">What it says in words; the first is also the text alternative of its chart.</param>
/// <param name="Grids">Its tables.</param>
internal sealed record ReportSection(string Id, string Title, IReadOnlyList<string> Paragraphs, IReadOnlyList<ReportGrid> Grids);
