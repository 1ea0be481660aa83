using System.Globalization;

namespace PlanForensics.Plans;

/// <summary>A thread block's tile. M and N do not change bits; K does where a plan says so. 0 means not stated.</summary>
/// <param name="M">Rows of the output tile.</param>
/// <param name="N">Columns of the output tile.</param>
/// <param name="K">Depth of one tile step (block_k).</param>
public readonly record struct TileShape(int M, int N, int K)
{
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
            if (!int.TryParse(parts[index], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[index]) || numbers[index] > 65536)
                return false;
        tile = new TileShape(numbers[0], numbers[1], numbers[2]);
        return true;
    }
}
