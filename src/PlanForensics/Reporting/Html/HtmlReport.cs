using System.Security.Cryptography;
using System.Text;
using PlanForensics.Reporting.Facts;
using PlanForensics.Reporting.Sections;

namespace PlanForensics.Reporting.Html;

/// <summary>The HTML form of a report: one file, nothing from outside, scripts named by their hash in the page's content policy.</summary>
internal sealed class HtmlReport
{
    private readonly StringBuilder _page = new();
    private readonly ReportPage _content;

    private HtmlReport(ReportPage content) => _content = content;

    public static string Write(ReportFacts facts)
    {
        HtmlReport report = new(new ReportPage(facts));
        report.Write();
        return report._page.ToString();
    }

    /// <summary>Text as HTML has it, within elements and attributes alike.</summary>
    public static string Escape(string text) => Mark(Words.Visible(text));

    private static string Mark(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal);

    private void Write()
    {
        string[] scripts = [ReportAssets.D3, ReportAssets.Plot, ReportAssets.Script];
        string title = Escape(_content.Heading);
        Line("<!doctype html>");
        Line("<html lang=\"en\">");
        Line("<head>");
        Line("<meta charset=\"utf-8\">");
        Line("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        Line($"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; script-src {string.Join(' ', scripts.Select(Hash))}\">");
        Line("<meta name=\"color-scheme\" content=\"light dark\">");
        Line($"<title>{title}</title>");
        Line($"<style>{ReportAssets.Style}</style>");
        Line("</head>");
        Line("<body>");
        Line("<a class=\"skip\" href=\"#verdict\">Skip to the verdict</a>");
        Header(title);
        Line("<main>");
        Verdict();
        foreach (ReportSection section in _content.Sections)
            Section(section);
        Line("</main>");
        Line($"<footer><p>Written by {Escape(_content.Facts.Tool)}. This file is complete in itself: it loads nothing. Charts are drawn by Observable Plot 0.6.17 and D3 7.9.2 (ISC licence, in the source of this page).</p></footer>");
        Line($"<script type=\"application/json\" id=\"chart-data\">{ChartData.Write(_content.Facts)}</script>");
        Line($"<!--\nD3 7.9.2\n{ReportAssets.D3Licence}\n\nObservable Plot 0.6.17\n{ReportAssets.PlotLicence}\n-->");
        foreach (string script in scripts)
            Line($"<script>{script}</script>");
        Line("</body>");
        Line("</html>");
    }

    private void Header(string title)
    {
        Line("<header>");
        Line($"<h1>{title}</h1>");
        Line("<nav aria-label=\"Sections\"><ul>");
        Line("<li><a href=\"#verdict\">Verdict</a></li>");
        foreach (ReportSection section in _content.Sections)
            Line($"<li><a href=\"#{section.Id}\">{Escape(section.Title)}</a></li>");
        Line("</ul></nav>");
        Line("</header>");
    }

    private void Verdict()
    {
        VerdictFacts verdict = _content.Facts.Verdict;
        Line("<section id=\"verdict\" aria-labelledby=\"verdict-title\">");
        Line("<h2 id=\"verdict-title\">Verdict</h2>");
        Line($"<p class=\"state {verdict.Tone}\">{Escape(Words.Sentence(Words.InWords(verdict.State)))}</p>");
        Line($"<p class=\"sentence\">{Escape(verdict.Sentence)}</p>");
        Line("</section>");
    }

    private void Section(ReportSection section)
    {
        Line($"<section id=\"{section.Id}\" aria-labelledby=\"{section.Id}-title\">");
        Line($"<h2 id=\"{section.Id}-title\">{Escape(section.Title)}</h2>");
        for (int index = 0; index < section.Paragraphs.Count; index++)
            Line($"<p{(index == 0 ? $" id=\"{section.Id}-words\"" : "")}>{Escape(section.Paragraphs[index])}</p>");
        for (int index = 0; index < section.Grids.Count; index++)
            Grid(section, section.Grids[index], index);
        Line("</section>");
    }

    private void Grid(ReportSection section, ReportGrid grid, int index)
    {
        if (grid.Chart is not { } chart)
        {
            Table(grid);
            return;
        }

        if (chart == CauseSection.Chart)
        {
            Chain(grid);
            return;
        }

        Line("<figure>");
        Line($"<figcaption>{Escape(grid.Caption)}</figcaption>");
        Line($"<div class=\"chart\" data-chart=\"{chart}\" role=\"img\" aria-label=\"Chart: {Escape(grid.Caption)}. The numbers are in the table below it.\" aria-describedby=\"{section.Id}-words\"></div>");
        Line("<noscript><p>The chart needs scripts; the table below holds its numbers.</p></noscript>");
        Line($"<details id=\"{section.Id}-table-{index}\"><summary>Table of these numbers</summary>");
        Table(grid);
        Line("</details>");
        Line("</figure>");
    }

    private void Chain(ReportGrid grid)
    {
        Line($"<ol class=\"chain\" aria-label=\"{Escape(grid.Caption)}\">");
        foreach (ReportRow row in grid.Rows)
        {
            string step = row.Cells[1].Text.Length == 0 ? "" : $"<span class=\"at\">{Escape(grid.Columns[1].TrimStart('>'))} {Escape(row.Cells[1].Text)}</span> ";
            Line($"<li><strong>{Cell(row.Cells[0])}</strong> {step}{Cell(row.Cells[2])}{(row.Cells[3].Text.Length == 0 ? "" : $" ({Cell(row.Cells[3])})")}</li>");
        }

        Line("</ol>");
    }

    private void Table(ReportGrid grid)
    {
        Line($"<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Table: {Escape(grid.Caption)}\">");
        Line($"<table><caption>{Escape(grid.Caption)}</caption>");
        Line($"<thead><tr>{string.Concat(grid.Columns.Select(column => $"<th scope=\"col\"{(column.StartsWith('>') ? " class=\"number\"" : "")}>{Escape(column.TrimStart('>'))}</th>"))}</tr></thead>");
        Line("<tbody>");
        foreach (ReportRow row in grid.Rows)
        {
            _page.Append("<tr").Append(row.Id is { } id ? $" id=\"{id}\" tabindex=\"-1\"" : "").Append('>');
            for (int column = 0; column < row.Cells.Count; column++)
            {
                string mark = grid.Columns[column].StartsWith('>') ? " class=\"number\"" : "";
                _page.Append(column == 0 ? $"<th scope=\"row\"{mark}>" : $"<td{mark}>").Append(Cell(row.Cells[column])).Append(column == 0 ? "</th>" : "</td>");
            }

            Line("</tr>");
        }

        Line("</tbody></table></div>");
    }

    private static string Cell(ReportLink cell)
    {
        string text = cell.Tone == "pre" ? $"<pre>{string.Join('\n', cell.Text.Split('\n').Select(Escape))}</pre>" : Escape(cell.Text);
        if (cell.Record is { } record)
            text = $"<a href=\"#{record}\">{text}</a>";
        if (cell.Tone is "good" or "bad" or "unsure")
            text = $"<span class=\"{cell.Tone}\">{text}</span>";
        return cell.Then is { } more ? $"{text}, {string.Join(", ", more.Select(Cell))}" : text;
    }

    private static string Hash(string script) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'";

    private void Line(string text) => _page.Append(text).Append('\n');
}
