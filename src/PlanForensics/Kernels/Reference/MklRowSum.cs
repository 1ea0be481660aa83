namespace PlanForensics.Kernels.Reference;

/// <summary>One row of weights times a matrix in the order of oneMKL's SGEMV, which fewer than 4 rows and narrow outputs take.</summary>
internal static class MklRowSum
{
    private const int Unrolled = 8;

    /// <summary>Adds to a row of columns, or sets it; the first <paramref name="unaligned"/> columns take terms 4..7 of every 8 together.</summary>
    public static void Row(ReadOnlySpan<float> weights, ReadOnlySpan<float> matrix, Span<float> row, bool adds, int unaligned)
    {
        for (int column = 0; column < row.Length; column++)
            row[column] = Column(weights, matrix[column..], row.Length, adds ? row[column] : null, column < unaligned ? weights.Length / Unrolled * Unrolled : 0);
    }

    private static float Column(ReadOnlySpan<float> weights, ReadOnlySpan<float> matrix, int stride, float? before, int grouped)
    {
        float? sum = before;
        for (int index = 0; index < weights.Length; index++)
        {
            float product = weights[index] * matrix[index * stride];
            if (index < grouped && index % Unrolled == Unrolled / 2)
                for (int last = index + 3; index < last;)
                    product += weights[++index] * matrix[index * stride];
            sum = sum is { } value ? value + product : product;
        }

        return sum ?? 0;
    }
}
