namespace PlanForensics.Rules.Serving;

/// <summary>FlashAttention 2: how many parts a split-KV decode is cut into.</summary>
/// <remarks>
/// Keys form blocks of 256 (head dimension up to 64), 128 (up to 128) or 64; queries blocks of 64. With W = batch x heads x query blocks and S = 2 x multiprocessors: one part if W &gt;= 0.8 S.
/// Else, among the counts s = 1 .. min(128, S, key blocks) that change the blocks per part, the efficiency is n / ceil(n) with n = W s / S, and the smallest s with at least 85 % of the best
/// efficiency is taken. Arithmetic in binary32, as the source's. Source: flash-attention csrc/flash_attn/flash_api.cpp.
/// </remarks>
public static class FlashAttention2Splits
{
    /// <summary>Largest number of parts.</summary>
    public const int MostSplits = 128;

    /// <summary>Keys of a block.</summary>
    /// <param name="headDimension">Head dimension.</param>
    /// <returns>256, 128 or 64.</returns>
    public static int BlockKeys(int headDimension) => headDimension <= 64 ? 256 : headDimension <= 128 ? 128 : 64;

    /// <summary>The number of parts.</summary>
    /// <param name="batch">Sequences.</param>
    /// <param name="heads">Query heads.</param>
    /// <param name="queryLength">Longest query of the batch.</param>
    /// <param name="keyLength">Longest key sequence of the batch.</param>
    /// <param name="headDimension">Head dimension.</param>
    /// <param name="multiprocessors">Multiprocessors of the GPU.</param>
    /// <returns>1 to 128.</returns>
    public static int Count(int batch, int heads, int queryLength, int keyLength, int headDimension, int multiprocessors)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(queryLength, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(keyLength, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(multiprocessors, 1);
        int blocks = SplitEfficiency.Ceiling(keyLength, BlockKeys(headDimension));
        int work = checked(batch * heads * SplitEfficiency.Ceiling(queryLength, 64));
        return SplitEfficiency.Smallest(work, 2 * multiprocessors, blocks, MostSplits, skipsEqualCuts: true);
    }
}
