namespace PlanForensics.Kernels;

/// <summary>Operands of a flash attention over all heads and query rows. Arrays are row-major binary32 values that are representable in their stored formats.</summary>
public sealed class FlashAttentionInput
{
    /// <summary>Creates the operands.</summary>
    /// <param name="heads">Query heads, a multiple of <paramref name="keyHeads"/>; query head h reads key head <c>h / (heads / keyHeads)</c>.</param>
    /// <param name="keyHeads">Heads of keys and values.</param>
    /// <param name="rows">Query rows of a head.</param>
    /// <param name="queries">Queries, (heads, rows, head_dim).</param>
    /// <param name="keys">Keys, (key heads, keys, head_dim).</param>
    /// <param name="values">Values, (key heads, keys, value_dim).</param>
    /// <param name="keyCount">Keys of a head.</param>
    /// <param name="mask">Added to the scores, (rows, keys), the same for every head, or (heads, rows, keys); or empty.</param>
    /// <param name="scale">Factor of the scores.</param>
    /// <exception cref="ArgumentException">Heads do not divide, or a length does not fit the others.</exception>
    public FlashAttentionInput(
        int heads, int keyHeads, int rows, int keyCount, ReadOnlyMemory<float> queries, ReadOnlyMemory<float> keys, ReadOnlyMemory<float> values, ReadOnlyMemory<float> mask, float scale)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(keyHeads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(keyCount, 1);
        if (heads % keyHeads != 0)
            throw new ArgumentException($"query heads are a multiple of key heads; got {heads} and {keyHeads}", nameof(heads));
        long queryRows = (long)heads * rows;
        long keyRows = (long)keyHeads * keyCount;
        if (queries.Length % queryRows != 0 || keys.Length % keyRows != 0 || queries.Length / queryRows != keys.Length / keyRows || queries.Length == 0)
            throw new ArgumentException($"expected {queryRows} query rows and {keyRows} keys of one dimension; got {queries.Length} and {keys.Length} values", nameof(queries));
        if (values.Length % keyRows != 0 || values.Length == 0)
            throw new ArgumentException($"expected {keyRows} rows of values; got {values.Length} values", nameof(values));
        if (mask.Length != 0 && mask.Length != (long)rows * keyCount && mask.Length != queryRows * keyCount)
            throw new ArgumentException($"expected a mask of {rows} x {keyCount}, one for each of {heads} heads, or none; got {mask.Length} values", nameof(mask));
        (Heads, KeyHeads, Rows, KeyCount, Queries, Keys, Values, Mask, Scale) = (heads, keyHeads, rows, keyCount, queries, keys, values, mask, scale);
        HeadDimension = (int)(queries.Length / queryRows);
        ValueDimension = (int)(values.Length / keyRows);
    }

    /// <summary>Query heads.</summary>
    public int Heads { get; }

    /// <summary>Heads of keys and values.</summary>
    public int KeyHeads { get; }

    /// <summary>Query rows of a head.</summary>
    public int Rows { get; }

    /// <summary>Keys of a head.</summary>
    public int KeyCount { get; }

    /// <summary>Values of a query or a key.</summary>
    public int HeadDimension { get; }

    /// <summary>Values of a row of values, and of an output row.</summary>
    public int ValueDimension { get; }

    /// <summary>Queries, (heads, rows, head_dim).</summary>
    public ReadOnlyMemory<float> Queries { get; }

    /// <summary>Keys, (key heads, keys, head_dim).</summary>
    public ReadOnlyMemory<float> Keys { get; }

    /// <summary>Values, (key heads, keys, value_dim).</summary>
    public ReadOnlyMemory<float> Values { get; }

    /// <summary>Mask, (rows, keys) or (heads, rows, keys), or empty.</summary>
    public ReadOnlyMemory<float> Mask { get; }

    /// <summary>The mask of one query row; empty where there is none.</summary>
    internal ReadOnlySpan<float> MaskOf(int head, int row)
    {
        if (Mask.Length == 0)
            return default;
        int first = Mask.Length == Rows * KeyCount ? 0 : head * Rows;
        return Mask.Span.Slice((first + row) * KeyCount, KeyCount);
    }

    /// <summary>Factor of the scores.</summary>
    public float Scale { get; }
}
