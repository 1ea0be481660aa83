using System.Globalization;

namespace PlanForensics.Plans;

/// <summary>A thread block's tile. M and N do not change bits; K does where a plan says so. 0 means not stated.</summary>
public readonly record struct TileShape
{
    private const int Largest = 65536;

    /// <summary>Creates a tile.</summary>
    /// <param name="m">Rows of the output tile, 0 to 65,536.</param>
    /// <param name="n">Columns of the output tile, 0 to 65,536.</param>
    /// <param name="k">Depth of one tile step (block_k), 0 to 65,536.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public TileShape(int m, int n, int k) => (M, N, K) = (m, n, k);

    /// <summary>Rows of the output tile.</summary>
    public int M
    {
        get;
        init => field = InRange(value);
    }

    /// <summary>Columns of the output tile.</summary>
    public int N
    {
        get;
        init => field = InRange(value);
    }

    /// <summary>Depth of one tile step (block_k).</summary>
    public int K
    {
        get;
        init => field = InRange(value);
    }

    /// <summary>The canonical text.</summary>
    /// <returns><c>MxNxK</c>.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{M}x{N}x{K}");

    /// <summary>Reads the canonical text.</summary>
    /// <param name="text"><c>MxNxK</c>.</param>
    /// <param name="tile">The tile, when the method returns true.</param>
    /// <returns>Whether the text is three whole numbers of at most 65,536 joined by <c>x</c>.</returns>
    public static bool TryParse(string text, out TileShape tile)
    {
        ArgumentNullException.ThrowIfNull(text);
        tile = default;
        string[] parts = text.Split('x');
        if (parts.Length != 3)
            return false;
        Span<int> numbers = stackalloc int[3];
        for (int index = 0; index < 3; index++)
            if (!int.TryParse(parts[index], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[index]) || numbers[index] > Largest)
                return false;
        tile = new TileShape(numbers[0], numbers[1], numbers[2]);
        return true;
    }

    private static int InRange(int value) => value is >= 0 and <= Largest
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"a tile's sides are 0 (not stated) to {Largest}");
}
