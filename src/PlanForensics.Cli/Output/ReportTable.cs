using Spectre.Console;

namespace PlanForensics.Cli.Output;

/// <summary>Rows of cells under headings. A heading that begins with <c>&gt;</c> sets its column flush right.</summary>
internal sealed class ReportTable(params string[] headings)
{
    private readonly List<ReportCell[]> _rows = [];

    public void Add(params ReportCell[] cells)
    {
        if (cells.Length != headings.Length)
            throw new ArgumentException($"a row has {headings.Length} cells, got {cells.Length}", nameof(cells));
        _rows.Add(cells);
    }

    public Table ToSpectre()
    {
        Table table = new() { Border = new HeadRuleBorder(), ShowRowSeparators = false };
        for (int column = 0; column < headings.Length; column++)
        {
            bool right = headings[column].StartsWith('>');
            table.AddColumn(new TableColumn(new Text(headings[column].TrimStart('>')))
            {
                Alignment = right ? Justify.Right : Justify.Left,
                Padding = new Padding(0, 0, column + 1 == headings.Length ? 0 : 2, 0),
                NoWrap = right,
            });
        }

        foreach (ReportCell[] row in _rows)
            table.AddRow(row.Select(cell => new Text(cell.Text, cell.ToStyle())));
        return table;
    }
}
