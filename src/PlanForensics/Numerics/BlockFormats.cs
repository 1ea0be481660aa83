namespace PlanForensics.Numerics;

/// <summary>Names and sizes of block formats.</summary>
public static class BlockFormats
{
    /// <summary>Weights of one block: 32 in every format here.</summary>
    public const int BlockLength = 32;

    /// <summary>The canonical name.</summary>
    /// <param name="format">The format.</param>
    /// <returns><c>q8_0</c> or <c>q4_0</c>, as ggml writes them.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The format is undefined.</exception>
    public static string NameOf(BlockFormat format) => format switch
    {
        BlockFormat.Q8Type0 => "q8_0",
        BlockFormat.Q4Type0 => "q4_0",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "expected q8_0 or q4_0"),
    };

    /// <summary>Reads a canonical name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="format">The format, when the method returns true.</param>
    /// <returns>Whether the name is known.</returns>
    public static bool TryParse(string? name, out BlockFormat format)
    {
        format = name == "q4_0" ? BlockFormat.Q4Type0 : BlockFormat.Q8Type0;
        return name is "q4_0" or "q8_0";
    }

    /// <summary>Bytes of one block: 34 (q8_0) or 18 (q4_0).</summary>
    /// <param name="format">The format.</param>
    /// <returns>The number of bytes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The format is undefined.</exception>
    public static int BlockBytes(BlockFormat format) => format switch
    {
        BlockFormat.Q8Type0 => 2 + BlockLength,
        BlockFormat.Q4Type0 => 2 + (BlockLength / 2),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "expected q8_0 or q4_0"),
    };

    /// <summary>Bytes of a row of blocks.</summary>
    /// <param name="format">The format.</param>
    /// <param name="length">Weights of the row, a multiple of 32.</param>
    /// <returns>The number of bytes.</returns>
    /// <exception cref="ArgumentException">The length is negative or not a multiple of 32.</exception>
    public static long RowBytes(BlockFormat format, int length) => length >= 0 && length % BlockLength == 0
        ? length / BlockLength * (long)BlockBytes(format)
        : throw new ArgumentException($"a row of {NameOf(format)} is a multiple of {BlockLength} weights; got {length}", nameof(length));
}
