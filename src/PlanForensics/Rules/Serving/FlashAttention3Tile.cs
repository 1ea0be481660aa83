namespace PlanForensics.Rules.Serving;

/// <summary>vLLM's FlashAttention 3 on Hopper: the packed query length decides the tile, and so the blocks of keys.</summary>
/// <remarks>Source: vLLM issues 51902 and 47069 (the change is between 64 and 65 for 1, 2, 4 heads per key head, between 63 and 70 for 7), flash-attention PR 169.</remarks>
public static class FlashAttention3Tile
{
    /// <summary>Largest packed query length that takes the small tile.</summary>
    public const int SmallTileRows = 64;

    /// <summary>The kernel for a step.</summary>
    /// <param name="queryLength">Longest query of the batch.</param>
    /// <param name="headsPerKeyHead">Query heads that share a key head.</param>
    /// <returns>The choice; which blocks of keys each tile has depends on head dimension and build, so no plan is given.</returns>
    public static KernelChoice Choose(int queryLength, int headsPerKeyHead)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(queryLength, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(headsPerKeyHead, 1);
        long rows = (long)queryLength * headsPerKeyHead;
        return rows <= SmallTileRows
            ? new KernelChoice("small_tile", $"{queryLength} x {headsPerKeyHead} = {rows} <= {SmallTileRows}")
            : new KernelChoice("large_tile", $"{queryLength} x {headsPerKeyHead} = {rows} > {SmallTileRows}");
    }
}
