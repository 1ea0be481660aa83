namespace PlanForensics.Kernels.Reference;

/// <summary>The blocked fma chains of oneMKL's SGEMM.</summary>
internal static class MklChain
{
    /// <summary>Fewest output columns that are computed by chains.</summary>
    public const int SmallestWidth = 12;

    private const int Longest = 192;

    /// <summary>Terms of the block that starts at a term: 192; half the terms, rounded down, of 193 to 383.</summary>
    public static int BlockAt(int start, int depth)
    {
        int length = depth is > Longest and < 2 * Longest ? depth / 2 : Longest;
        return Math.Min(length, depth - start);
    }

    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float total = 0;
        for (int start = 0, length; start < a.Length; start += length)
        {
            length = BlockAt(start, a.Length);
            float sum = a[start] * b[start];
            for (int index = start + 1; index < start + length; index++)
                sum = MathF.FusedMultiplyAdd(a[index], b[index], sum);
            total = start == 0 ? sum : total + sum;
        }

        return total;
    }

    /// <summary>Adds one row of weights times a matrix (terms, columns) to a row of columns, or sets the row.</summary>
    public static void Row(ReadOnlySpan<float> weights, ReadOnlySpan<float> matrix, Span<float> row, bool adds)
    {
        Span<float> sums = new float[row.Length];
        for (int start = 0, length; start < weights.Length; start += length)
        {
            length = BlockAt(start, weights.Length);
            for (int column = 0; column < row.Length; column++)
                sums[column] = weights[start] * matrix[(start * row.Length) + column];
            for (int index = start + 1; index < start + length; index++)
                for (int column = 0; column < row.Length; column++)
                    sums[column] = MathF.FusedMultiplyAdd(weights[index], matrix[(index * row.Length) + column], sums[column]);
            for (int column = 0; column < row.Length; column++)
                row[column] = start == 0 && !adds ? sums[column] : row[column] + sums[column];
        }
    }
}
