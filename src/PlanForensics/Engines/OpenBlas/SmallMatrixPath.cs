namespace PlanForensics.Engines.OpenBlas;

/// <summary>The AVX-512 cores' kernels for small matrices: operands are not packed and K is not cut. Where both operands are read along K they add in 16 lanes.</summary>
/// <remarks>Source: sgemm_small_kernel_{permit,nn,nt,tn}_skylakex.c of OpenBLAS 0.3.21, checked against the running library.</remarks>
internal static class SmallMatrixPath
{
    private const long LargestProduct = 1_000_000;
    private const int LargestTransposedOutput = 1_200;
    private const int LeastDepthOfLanes = 32;

    /// <summary>Whether a product takes this path.</summary>
    /// <param name="rows">m.</param>
    /// <param name="columns">n.</param>
    /// <param name="depth">k.</param>
    /// <param name="firstTransposed">The library's first operand is read along K.</param>
    /// <param name="secondTransposed">The library's second operand is read across K.</param>
    /// <returns>Whether m * n * k is at most a million, and with a transposed first operand, for one transposed m * n is at most 1,200 and K at least 32, for two K is above 3.</returns>
    public static bool Takes(int rows, int columns, int depth, bool firstTransposed, bool secondTransposed) =>
        (long)rows * columns * depth <= LargestProduct
        && (!firstTransposed || (secondTransposed ? depth > 3 : (long)rows * columns <= LargestTransposedOutput && depth >= LeastDepthOfLanes));

    /// <summary>The tiles that add in lanes: all of them for a transposed first operand; else the last rows (m modulo 16) if there are at most 8 and K is at least 32.</summary>
    public static List<TileRectangle> Tiles(int rows, int columns, int depth, bool firstTransposed, bool secondTransposed)
    {
        if (secondTransposed)
            return [];
        int last = rows % 16;
        int first = firstTransposed ? 0 : last is 0 or > 8 || depth < LeastDepthOfLanes ? rows : rows - last;
        if (first == rows)
            return [];
        int corner = Math.Max(first, rows / 4 * 4);
        int cornerColumn = columns / 4 * 4;
        var tiles = new List<TileRectangle>();
        if (corner < rows && cornerColumn < columns)
            tiles.Add(new TileRectangle(corner, rows - corner, cornerColumn, columns - cornerColumn, TileOrder.SixteenLanesByHalves));
        if (corner > first)
            tiles.Add(new TileRectangle(first, corner - first, 0, columns, TileOrder.SixteenLanesByNeighbours));
        if (corner < rows && cornerColumn > 0)
            tiles.Add(new TileRectangle(corner, rows - corner, 0, cornerColumn, TileOrder.SixteenLanesByNeighbours));
        return tiles;
    }
}
