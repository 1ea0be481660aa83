using PlanForensics.Reporting.Facts;
using PlanForensics.Reporting.Html;

namespace PlanForensics.Reporting;

/// <summary>One account of a recorded request, a comparison or an incident, as one HTML file, as Markdown and as JSON: the same facts in all three.</summary>
/// <remarks>
/// A report computes nothing: it lays out what other rooms found. It holds no time of its own, so that equal content gives equal bytes. All recorded text is escaped; the HTML
/// needs no network, and its content policy lets nothing run but the report's own scripts.
/// </remarks>
public sealed class ForensicReport
{
    private readonly ReportFacts _facts;

    private ForensicReport(ReportFacts facts) => _facts = facts;

    /// <summary>Lays out a report.</summary>
    /// <param name="content">What it is made of.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException">A list that goes with the recordings has another length.</exception>
    public static ForensicReport Of(ReportContent content, ReportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(content);
        return new ForensicReport(new ReportBuilder(content, options ?? new ReportOptions()).Build());
    }

    /// <summary>The report as one self-contained HTML page.</summary>
    /// <returns>The page, UTF-8 when written.</returns>
    public string ToHtml() => HtmlReport.Write(_facts);

    /// <summary>The report as Markdown (CommonMark with tables).</summary>
    /// <returns>The text; lines end with a line feed.</returns>
    public string ToMarkdown() => MarkdownReport.Write(_facts);

    /// <summary>The report as one JSON document; docs/cli.md has its fields.</summary>
    /// <returns>The text, indented.</returns>
    public string ToJson() => ReportJson.Write(_facts);
}
