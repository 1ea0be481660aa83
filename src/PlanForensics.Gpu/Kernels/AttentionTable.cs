namespace PlanForensics.Gpu.Kernels;

/// <summary>The words of a block, of a part and of a query row in an attention's table.</summary>
internal static class AttentionTable
{
    /// <summary>Integers of a block: first key, keys, and first instruction and number of instructions of its values, its sum and its continuing values.</summary>
    public const int BlockWords = 8;

    /// <summary>Integers of a part: first block, blocks, whether accumulators are carried, lanes, and first instruction and number of instructions of the lanes' merge.</summary>
    public const int PartWords = 6;

    /// <summary>Integers of a query row: first part and parts.</summary>
    public const int RowWords = 2;
}
