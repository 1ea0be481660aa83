namespace PlanForensics.Engines.OpenBlas;

/// <summary>Elements of the library's column-major output C(m, n) whose micro-tiles add in one order.</summary>
/// <param name="Row">First row (m), 0-based.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Column">First column (n), 0-based.</param>
/// <param name="Columns">Columns.</param>
/// <param name="Order">The order.</param>
internal readonly record struct TileRectangle(int Row, int Rows, int Column, int Columns, TileOrder Order)
{
    public int RowEnd => Row + Rows;

    public int ColumnEnd => Column + Columns;
}
