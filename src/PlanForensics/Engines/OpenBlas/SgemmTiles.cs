namespace PlanForensics.Engines.OpenBlas;

/// <summary>The micro-tiles of one product that are not added sequentially, in the library's coordinates (column-major m x n).</summary>
internal static class SgemmTiles
{
    public static List<TileRectangle> Of(OpenBlasCore core, int rows, int columns, SgemmThreads threads)
    {
        var tiles = new List<TileRectangle>();
        if (threads.Count == 1)
        {
            var blocks = SgemmBlocking.Rows(core, 0, rows, threaded: false);
            AddFirstRows(core, blocks[0], 0, columns, tiles);
            foreach (var block in blocks.Skip(1))
                Add(core, block, 0, columns, tiles);
            return tiles;
        }

        int[] rowStarts = threads.RowStarts(rows);
        int[] columnStarts = threads.ColumnStarts(columns);
        for (int thread = 0; thread < threads.Count; thread++)
            AddThread(core, thread, threads, rowStarts, columnStarts, tiles);
        return tiles;
    }

    /// <summary>A thread computes its rows for all columns of its group, half a part at a time. Only the columns that it packs itself are cut in small calls, and only with its first row block.</summary>
    private static void AddThread(OpenBlasCore core, int thread, SgemmThreads threads, int[] rowStarts, int[] columnStarts, List<TileRectangle> tiles)
    {
        int group = thread / threads.ByRows;
        var blocks = SgemmBlocking.Rows(core, rowStarts[thread % threads.ByRows], rowStarts[(thread % threads.ByRows) + 1], threaded: true);
        if (blocks.Count == 0)
            return;
        for (int part = group * threads.ByRows; part < (group + 1) * threads.ByRows; part++)
        {
            int half = (columnStarts[part + 1] - columnStarts[part] + 1) / 2;
            for (int column = columnStarts[part]; column < columnStarts[part + 1]; column += half)
            {
                int end = Math.Min(columnStarts[part + 1], column + half);
                if (part == thread)
                    AddFirstRows(core, blocks[0], column, end, tiles);
                else
                    Add(core, blocks[0], column, end, tiles);
                foreach (var block in blocks.Skip(1))
                    Add(core, block, column, end, tiles);
            }
        }
    }

    private static void AddFirstRows(OpenBlasCore core, (int First, int Count) rows, int column, int end, List<TileRectangle> tiles)
    {
        foreach ((int first, int count) in SgemmBlocking.ColumnsOfFirstRows(column, end))
            Add(core, rows, first, first + count, tiles);
    }

    private static void Add(OpenBlasCore core, (int First, int Count) rows, int column, int end, List<TileRectangle> tiles) =>
        core.Kernel.AddTiles(new TileRectangle(rows.First, rows.Count, column, end - column, TileOrder.Sequential), tiles);
}
