using System.Text;
using PlanForensics.Reporting.Facts;

namespace PlanForensics.Reporting;

/// <summary>The Markdown form of a report.</summary>
internal sealed class MarkdownReport
{
    private const string Special = "\\`*_{}[]<>#|!~$@&";

    private readonly StringBuilder _text = new();

    private MarkdownReport()
    {
    }

    public static string Write(ReportFacts facts)
    {
        MarkdownReport report = new();
        report.Write(new ReportPage(facts));
        return report._text.ToString();
    }

    /// <summary>Text with every mark escaped that Markdown or HTML could read, on one line.</summary>
    public static string Escape(string text)
    {
        string visible = Words.Visible(text);
        StringBuilder escaped = new(visible.Length);
        for (int index = 0; index < visible.Length; index++)
        {
            char c = visible[index];
            if (c is '<' or '>' or '&')
            {
                escaped.Append(c switch { '<' => "&lt;", '>' => "&gt;", _ => "&amp;" });
                continue;
            }

            // GitHub makes links of what looks like one.
            bool isLink = visible.AsSpan(index).StartsWith("://") || (c == '.' && index >= 3 && visible.AsSpan(index - 3, 3).Equals("www", StringComparison.OrdinalIgnoreCase));
            if (isLink || Special.Contains(c, StringComparison.Ordinal))
                escaped.Append('\\');
            escaped.Append(c);
        }

        return escaped.ToString();
    }

    private void Write(ReportPage page)
    {
        Line($"# {Escape(page.Heading)}");
        Line();
        Line($"**{Escape(Words.Sentence(Words.InWords(page.Facts.Verdict.State)))}.** {Escape(page.Facts.Verdict.Sentence)}");
        Line();
        foreach (ReportSection section in page.Sections)
        {
            Line($"## {Escape(section.Title)}");
            Line();
            foreach (string paragraph in section.Paragraphs)
            {
                Line(Escape(paragraph));
                Line();
            }

            foreach (ReportGrid grid in section.Grids)
                Write(grid);
        }

        Line($"Written by {Escape(page.Facts.Tool)}.");
    }

    private void Write(ReportGrid grid)
    {
        Line($"### {Escape(grid.Caption)}");
        Line();
        Row(grid.Columns.Select(column => Escape(column.TrimStart('>'))));
        Row(grid.Columns.Select(column => column.StartsWith('>') ? "---:" : "---"));
        foreach (ReportRow row in grid.Rows)
            Row(row.Cells.Select((cell, index) => (index == 0 && row.Id is { } id ? $"<a id=\"{id}\"></a>" : "") + Cell(cell)));
        Line();
    }

    private static string Cell(ReportLink cell)
    {
        string text = cell.Record is { } record ? $"[{Escape(cell.Text)}](#{record})" : Escape(cell.Text);
        return cell.Then is { } more ? $"{text}, {string.Join(", ", more.Select(Cell))}" : text;
    }

    private void Row(IEnumerable<string> cells) => Line($"| {string.Join(" | ", cells)} |");

    private void Line(string text = "") => _text.Append(text).Append('\n');
}
