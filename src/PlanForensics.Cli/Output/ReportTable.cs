using Spectre.Console;

namespace PlanForensics.Cli.Output;

/// <summary>Rows of cells under headings. A heading that begins with <c>&gt;</c> sets its column flush right.</summary>
internal sealed class ReportTable(params string[] headings)
{
    private const int WideGap = 2;

    private readonly List<ReportCell[]> _rows = [];

    /// <summary>The headings as they are shown.</summary>
    public IReadOnlyList<string> Headings { get; } = [.. headings.Select(heading => heading.TrimStart('>'))];

    public IReadOnlyList<IReadOnlyList<ReportCell>> Rows => _rows;

    public void Add(params ReportCell[] cells)
    {
        if (cells.Length != headings.Length)
            throw new ArgumentException($"a row has {headings.Length} cells, got {cells.Length}", nameof(cells));
        _rows.Add(cells);
    }

    /// <summary>The table at a width; null where its columns do not fit beside each other.</summary>
    public Table? ToSpectre(int width)
    {
        string[][] columns = [.. Headings.Select((heading, column) => _rows.Select(row => row[column].Text).Prepend(heading).ToArray())];
        bool[] isRight = [.. headings.Select(heading => heading.StartsWith('>'))];
        int gap = WideGap;
        if (ColumnWidths.Divide(columns, isRight, width, gap) is not { } widths)
        {
            gap = 1;
            if (ColumnWidths.Divide(columns, isRight, width, gap) is not { } narrow)
                return null;
            widths = narrow;
        }

        Table table = new() { Border = new HeadRuleBorder(), ShowRowSeparators = false };
        for (int column = 0; column < headings.Length; column++)
        {
            table.AddColumn(new TableColumn(new Text(Headings[column]))
            {
                Alignment = isRight[column] ? Justify.Right : Justify.Left,
                Padding = new Padding(0, 0, column + 1 == headings.Length ? 0 : gap, 0),
                Width = widths[column],
            });
        }

        foreach (ReportCell[] row in _rows)
            table.AddRow(row.Select(cell => new Text(cell.Text, cell.ToStyle())));
        return table;
    }
}
