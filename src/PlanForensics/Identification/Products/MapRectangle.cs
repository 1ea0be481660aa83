namespace PlanForensics.Identification.Products;

/// <summary>A rectangle of an output and the orders that reproduce all of it: bit i for order i.</summary>
internal sealed record MapRectangle(int Row, int RowCount, int Column, int ColumnCount, ulong Orders)
{
    public long Elements => (long)RowCount * ColumnCount;
}
