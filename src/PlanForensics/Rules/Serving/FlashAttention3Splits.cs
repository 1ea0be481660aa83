namespace PlanForensics.Rules.Serving;

/// <summary>FlashAttention 3 (first heuristics): how many parts, and whether the query heads of a group are packed into one tile.</summary>
/// <remarks>
/// As <see cref="FlashAttention2Splits"/>, but with the multiprocessors themselves, one part for 4 key blocks or fewer, and every count eligible. Packing pays where the tiles of the query alone
/// are less than 0.9 times as full as those of the packed query, and always with sequences of different lengths. Source: flash-attention hopper/heuristics.h.
/// </remarks>
public static class FlashAttention3Splits
{
    /// <summary>Largest number of parts.</summary>
    public const int MostSplits = 128;

    /// <summary>The number of parts.</summary>
    /// <param name="queryTiles">Batch x heads x query tiles: what fills the multiprocessors.</param>
    /// <param name="keyBlocks">Blocks of keys.</param>
    /// <param name="multiprocessors">Multiprocessors of the GPU.</param>
    /// <returns>1 to 128.</returns>
    public static int Count(int queryTiles, int keyBlocks, int multiprocessors)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(queryTiles, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(keyBlocks, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(multiprocessors, 1);
        return queryTiles < 0.8f * multiprocessors && keyBlocks <= 4 ? 1 : SplitEfficiency.Smallest(queryTiles, multiprocessors, keyBlocks, MostSplits, skipsEqualCuts: false);
    }

    /// <summary>Whether the heads of a group are packed.</summary>
    /// <param name="queryLength">Longest query of the batch.</param>
    /// <param name="headsPerKeyHead">Query heads that share a key head.</param>
    /// <param name="tileRows">Rows of a tile.</param>
    /// <param name="variableLengths">Whether the batch holds sequences of different lengths.</param>
    /// <returns>True when they are.</returns>
    public static bool PacksGroups(int queryLength, int headsPerKeyHead, int tileRows, bool variableLengths)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(queryLength, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(headsPerKeyHead, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(tileRows, 1);
        return variableLengths || Fill(queryLength, tileRows) < 0.9f * Fill(queryLength * headsPerKeyHead, tileRows);
    }

    private static float Fill(int rows, int tile) => rows / (float)(SplitEfficiency.Ceiling(rows, tile) * tile);
}
