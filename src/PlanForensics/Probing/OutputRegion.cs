namespace PlanForensics.Probing;

/// <summary>A rectangle of an output.</summary>
/// <param name="RowStart">First row, 0-based.</param>
/// <param name="RowCount">Rows.</param>
/// <param name="ColumnStart">First column, 0-based.</param>
/// <param name="ColumnCount">Columns.</param>
public readonly record struct OutputRegion(int RowStart, int RowCount, int ColumnStart, int ColumnCount)
{
    /// <summary>Cuts a set of outputs into rectangles: bands of rows that hold the same columns, and in each band the runs of columns.</summary>
    internal static IEnumerable<OutputRegion> Cut(IEnumerable<int> outputs, int columns)
    {
        (int Row, int[] Columns)[] rows = [.. outputs.GroupBy(output => output / columns).OrderBy(row => row.Key).Select(row => (row.Key, row.Select(output => output % columns).Order().ToArray()))];
        for (int first = 0; first < rows.Length;)
        {
            int next = first + 1;
            while (next < rows.Length && rows[next].Row == rows[next - 1].Row + 1 && rows[next].Columns.AsSpan().SequenceEqual(rows[first].Columns))
                next++;
            int[] members = rows[first].Columns;
            for (int start = 0; start < members.Length;)
            {
                int end = start + 1;
                while (end < members.Length && members[end] == members[end - 1] + 1)
                    end++;
                yield return new OutputRegion(rows[first].Row, next - first, members[start], end - start);
                start = end;
            }

            first = next;
        }
    }
}
