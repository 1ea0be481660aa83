using System.Collections.Immutable;
using System.Numerics;

namespace PlanForensics.Identification.Products;

/// <summary>
/// The fewest rectangles that cover an output so that in each of them one order reproduces every element: bands of rows, each cut into runs of columns.
/// </summary>
/// <param name="rows">M.</param>
/// <param name="columns">N.</param>
/// <param name="orders">For each element, row-major, the orders that reproduce it: bit i for order i.</param>
internal sealed class MapCover(int rows, int columns, ulong[] orders)
{
    /// <summary>Most comparisons of rows; above it no cover is sought.</summary>
    private const long MostWork = 2_000_000_000;

    /// <summary>The rectangles, row by row; empty where some element is reproduced by no order, or the output is too large.</summary>
    public ImmutableArray<MapRectangle> Find(CancellationToken cancellation)
    {
        if (orders.AsSpan().Contains(0UL) || (long)rows * rows * columns > MostWork)
            return [];
        int[] fewest = new int[rows + 1];
        int[] start = new int[rows + 1];
        ulong[] band = new ulong[columns];
        for (int end = 1; end <= rows; end++)
        {
            cancellation.ThrowIfCancellationRequested();
            fewest[end] = int.MaxValue;
            Array.Fill(band, ulong.MaxValue);
            for (int first = end - 1; first >= 0 && Narrow(band, first); first--)
            {
                int count = fewest[first] + Cut(band).Count;
                if (count <= fewest[end])
                    (fewest[end], start[end]) = (count, first);
            }
        }

        var rectangles = new Stack<MapRectangle>();
        for (int end = rows; end > 0; end = start[end])
        {
            Array.Fill(band, ulong.MaxValue);
            for (int row = start[end]; row < end; row++)
                Narrow(band, row);
            foreach ((int first, int count, ulong mask) in Enumerable.Reverse(Settle(Cut(band), band)))
                rectangles.Push(new MapRectangle(start[end], end - start[end], first, count, mask));
        }

        return [.. rectangles];
    }

    private bool Narrow(ulong[] band, int row)
    {
        bool possible = true;
        for (int column = 0; column < columns; column++)
        {
            band[column] &= orders[(row * columns) + column];
            possible &= band[column] != 0;
        }

        return possible;
    }

    /// <summary>The fewest runs: each goes on as long as one order is left.</summary>
    private static List<(int First, int Count, ulong Mask)> Cut(ulong[] band)
    {
        var runs = new List<(int First, int Count, ulong Mask)>();
        int first = 0;
        ulong mask = band[0];
        for (int column = 1; column < band.Length; column++)
        {
            if ((mask & band[column]) != 0)
            {
                mask &= band[column];
                continue;
            }

            runs.Add((first, column - first, mask));
            (first, mask) = (column, band[column]);
        }

        runs.Add((first, band.Length - first, mask));
        return runs;
    }

    /// <summary>Where a bound may lie in several places it is set to the roundest of them, as tiles have it.</summary>
    private static List<(int First, int Count, ulong Mask)> Settle(List<(int First, int Count, ulong Mask)> runs, ulong[] band)
    {
        for (int index = 1; index < runs.Count; index++)
        {
            (int first, int count, ulong mask) = runs[index];
            int best = first;
            for (int bound = first - 1; bound > runs[index - 1].First && (band[bound] & mask) == mask; bound--)
                if (BitOperations.TrailingZeroCount(bound) > BitOperations.TrailingZeroCount(best))
                    best = bound;
            runs[index] = (best, count + first - best, mask);
            runs[index - 1] = runs[index - 1] with { Count = best - runs[index - 1].First };
        }

        return runs;
    }
}
