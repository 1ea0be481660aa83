namespace PlanForensics.Cli.Commands;

/// <summary>How a report is written.</summary>
internal enum ReportFormat
{
    /// <summary>One self-contained page.</summary>
    Html,

    /// <summary>CommonMark with tables.</summary>
    Markdown,

    /// <summary>One document.</summary>
    Json,
}
