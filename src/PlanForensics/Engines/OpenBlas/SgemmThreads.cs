namespace PlanForensics.Engines.OpenBlas;

/// <summary>How the driver shares an output among threads: <paramref name="ByRows"/> x <paramref name="ByColumns"/> parts.</summary>
/// <remarks>Source: driver/level3/level3_thread.c of OpenBLAS 0.3.21, checked against the running library.</remarks>
internal readonly record struct SgemmThreads(int ByRows, int ByColumns)
{
    /// <summary>Products m * n * k up to this are not shared.</summary>
    private const long LargestAlone = 262_144;

    /// <summary>Rows or columns that a thread gets at least.</summary>
    private const int LeastShare = 2;

    public int Count => ByRows * ByColumns;

    public static SgemmThreads Of(int rows, int columns, int depth, int threads)
    {
        if (threads == 1 || (long)rows * columns * depth <= LargestAlone)
            return new SgemmThreads(1, 1);
        int byRows = rows < 2 * LeastShare ? 1 : threads;
        while (byRows > 1 && rows < byRows * LeastShare)
            byRows /= 2;
        int perColumnPart = LeastShare * byRows;
        int byColumns = columns < perColumnPart ? 1 : (columns + perColumnPart - 1) / perColumnPart;
        return new SgemmThreads(byRows, byRows * byColumns > threads ? threads / byRows : byColumns);
    }

    /// <summary>First row of each part, and the end.</summary>
    public int[] RowStarts(int rows) => Starts(rows, ByRows, 0);

    /// <summary>First column that each thread packs, and the end: columns are dealt to all threads; a thread computes its rows for the columns of its group.</summary>
    public int[] ColumnStarts(int columns) => Starts(columns, Count, LeastShare);

    private static int[] Starts(int length, int parts, int least)
    {
        int[] starts = new int[parts + 1];
        for (int part = 0; part < parts; part++)
        {
            int left = length - starts[part];
            int share = Math.Max(least, (left + parts - part - 1) / (parts - part));
            starts[part + 1] = starts[part] + Math.Min(left, share);
        }

        return starts;
    }
}
