namespace PlanForensics.Engines.OpenBlas;

/// <summary>The 8 x 4 SSE3 kernel: columns in panels of 4, 2, 1, each over 8 rows at a time, then 4, 2, 1. Small tiles spend their free registers on more accumulators.</summary>
/// <remarks>Source: gemm_kernel_8x4_sse3.S of OpenBLAS 0.3.21, checked against the running library.</remarks>
internal sealed class PrescottKernel : IMicroKernel
{
    public static readonly PrescottKernel Instance = new();

    public void AddTiles(TileRectangle panel, ICollection<TileRectangle> tiles)
    {
        int column = panel.Column;
        foreach (int width in (ReadOnlySpan<int>)[4, 2, 1])
        {
            int count = (panel.ColumnEnd - column) / width * width;
            if (count == 0)
                continue;
            int row = panel.Row;
            foreach (int height in (ReadOnlySpan<int>)[8, 4, 2, 1])
            {
                int rows = (panel.RowEnd - row) / height * height;
                if (rows > 0 && OrderOf(height, width) is var order && order != TileOrder.Sequential)
                    tiles.Add(new TileRectangle(row, rows, column, count, order));
                row += rows;
            }

            column += count;
        }
    }

    private static TileOrder OrderOf(int height, int width) => (height, width) switch
    {
        (1, 1) => TileOrder.FourAccumulators,
        (2, 1) => TileOrder.EightAccumulators,
        (8, 4) or (4, 4) or (8, 2) => TileOrder.Sequential,
        _ => TileOrder.EvenOdd,
    };
}
