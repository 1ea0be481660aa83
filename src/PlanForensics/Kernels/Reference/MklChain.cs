using System.Numerics.Tensors;

namespace PlanForensics.Kernels.Reference;

/// <summary>The blocked fma chains of oneMKL's SGEMM, many columns at a time: vectors run over columns, so that each column keeps its own order.</summary>
internal static class MklChain
{
    /// <summary>Fewest output columns that are computed by chains.</summary>
    public const int SmallestWidth = 12;

    private const int Longest = 192;

    /// <summary>Adds one row of weights times a matrix (terms, columns) to a row of columns, or sets the row.</summary>
    public static void Row(ReadOnlySpan<float> weights, ReadOnlySpan<float> matrix, Span<float> row, bool adds)
    {
        Span<float> sums = new float[row.Length];
        for (int start = 0, length; start < weights.Length; start += length)
        {
            length = BlockAt(start, weights.Length);
            TensorPrimitives.Multiply(matrix.Slice(start * row.Length, row.Length), weights[start], sums);
            for (int index = start + 1; index < start + length; index++)
                TensorPrimitives.FusedMultiplyAdd(matrix.Slice(index * row.Length, row.Length), weights[index], sums, sums);
            if (start > 0 || adds)
                TensorPrimitives.Add(row, sums, row);
            else
                sums.CopyTo(row);
        }
    }

    // Terms of the block that starts at a term: 192; half the terms, rounded down, of 193 to 383.
    private static int BlockAt(int start, int depth)
    {
        int length = depth is > Longest and < 2 * Longest ? depth / 2 : Longest;
        return Math.Min(length, depth - start);
    }
}
