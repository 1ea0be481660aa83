namespace PlanForensics.Engines.OpenBlas;

/// <summary>The 8 x 4 AVX2 kernel of Haswell and Zen: columns in panels of 12, 8, 4, 2, 1, each over 8 rows at a time, then 4, 2, 1.</summary>
/// <remarks>
/// <para>Two tiles unroll K by two into accumulators of their own: 8 rows x 4 columns, and 8 rows x 6 columns. All others have one accumulator. Panels of 4 columns use the first for
/// every full 8 rows. Panels of 12 columns over p full eights, p >= 2, run 16-row tiles on each half of six columns, the left half 8 rows ahead of the right one; what a half has
/// left over is an 8 x 6 tile: on the left the first eight, and for even p the last one; on the right, for odd p, the last one.</para>
/// <para>Source: sgemm_kernel_8x4_haswell_2.c of OpenBLAS 0.3.21, checked against the running library.</para>
/// </remarks>
internal sealed class HaswellKernel : IMicroKernel
{
    public static readonly HaswellKernel Instance = new();

    private static readonly int[] PanelWidths = [12, 8, 4, 2, 1];

    public void AddTiles(TileRectangle panel, ICollection<TileRectangle> tiles)
    {
        int eights = panel.Rows / 8;
        int column = panel.Column;
        foreach (int width in PanelWidths)
        {
            for (; panel.ColumnEnd - column >= width; column += width)
            {
                if (width == 4 && eights > 0)
                    tiles.Add(new TileRectangle(panel.Row, eights * 8, column, 4, TileOrder.EvenOdd));
                else if (width == 12 && eights > 1)
                    AddHalves(panel.Row, eights, column, tiles);
            }
        }
    }

    private static void AddHalves(int row, int eights, int column, ICollection<TileRectangle> tiles)
    {
        int last = row + ((eights - 1) * 8);
        tiles.Add(new TileRectangle(row, 8, column, 6, TileOrder.EvenOdd));
        tiles.Add(new TileRectangle(last, 8, column + (eights % 2 == 0 ? 0 : 6), 6, TileOrder.EvenOdd));
    }
}
