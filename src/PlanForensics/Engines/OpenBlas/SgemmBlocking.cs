namespace PlanForensics.Engines.OpenBlas;

/// <summary>How the driver cuts K, rows and columns before it calls a kernel.</summary>
/// <remarks>Source: driver/level3/level3.c and level3_thread.c of OpenBLAS 0.3.21, checked against the running library.</remarks>
internal static class SgemmBlocking
{
    /// <summary>Lengths of K's blocks: full blocks while two or more are left, then the rest whole or in two halves; the first half is rounded up to the row unroll, with threads to 1.</summary>
    public static List<int> Depths(OpenBlasCore core, int depth, bool threaded)
    {
        var blocks = new List<int>();
        for (int left = depth; left > 0; left -= blocks[^1])
        {
            int half = threaded ? (left + 1) / 2 : RoundUp(left / 2, core.RowUnroll);
            blocks.Add(left >= 2 * core.DepthBlock ? core.DepthBlock : left > core.DepthBlock ? half : left);
        }

        return blocks;
    }

    /// <summary>Row blocks, by the same rule. Threads halve later blocks up, a difference that the rounding to the row unroll seldom lets through.</summary>
    public static List<(int First, int Count)> Rows(OpenBlasCore core, int first, int end, bool threaded)
    {
        var blocks = new List<(int First, int Count)>();
        for (int row = first; row < end; row += blocks[^1].Count)
        {
            int left = end - row;
            int half = RoundUp((threaded && row > first ? left + 1 : left) / 2, core.RowUnroll);
            blocks.Add((row, left >= 2 * core.RowBlock ? core.RowBlock : left > core.RowBlock ? half : left));
        }

        return blocks;
    }

    /// <summary>The columns of one kernel call while the first row block is packed: 12 as long as there are 12, then 4, then the rest.</summary>
    public static IEnumerable<(int First, int Count)> ColumnsOfFirstRows(int first, int end)
    {
        const int most = 3 * OpenBlasCore.ColumnUnroll;
        for (int column = first, count; column < end; column += count)
        {
            count = end - column >= most ? most : Math.Min(end - column, OpenBlasCore.ColumnUnroll);
            yield return (column, count);
        }
    }

    private static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;
}
