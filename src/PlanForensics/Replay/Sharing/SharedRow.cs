namespace PlanForensics.Replay.Sharing;

/// <summary>A row of values that a memo keeps once, however many operators gave it. Its number stands for its bits: equal rows of one memo have one number.</summary>
/// <param name="values">The values; never changed.</param>
/// <param name="contentHash">A hash of their bits.</param>
/// <param name="id">The number, above 0.</param>
internal sealed class SharedRow(float[] values, ulong contentHash, long id)
{
    public float[] Values => values;

    public ulong ContentHash => contentHash;

    public long Id => id;

    /// <summary>The next row in the same bucket of the memo's contents.</summary>
    public SharedRow? NextInBucket { get; set; }

    /// <summary>Results that are this row; at 0 the memo forgets it.</summary>
    public int Uses { get; set; }

    /// <summary>What was made of the row and depends on nothing else; its owner knows what it is.</summary>
    public object? Derived { get; set; }

    /// <summary>Bytes that <see cref="Derived"/> counts.</summary>
    public int DerivedBytes { get; set; }
}
