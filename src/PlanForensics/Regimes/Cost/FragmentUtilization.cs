namespace PlanForensics.Regimes.Cost;

/// <summary>How full the fragments of a matrix unit are: useful elements over those of whole instruction tiles, for each dimension of a product.</summary>
/// <param name="M">M / (ceil(M / tile M) x tile M).</param>
/// <param name="N">N / (ceil(N / tile N) x tile N).</param>
/// <param name="K">K / (ceil(K / tile K) x tile K).</param>
public readonly record struct FragmentUtilization(double M, double N, double K)
{
    /// <summary>The product of the three: useful multiply-adds over those executed.</summary>
    public double Whole => M * N * K;

    /// <summary>The utilisation of a product.</summary>
    /// <param name="m">Rows.</param>
    /// <param name="n">Columns.</param>
    /// <param name="k">Depth.</param>
    /// <param name="tile">The instruction's tile.</param>
    /// <param name="swapped">Whether the kernel computes the transposed product (columns of the output on the instruction's rows), as cuBLAS does for row-major data: a batch of few rows then fills N, not M.</param>
    /// <returns>The utilisation, each part above 0 and at most 1.</returns>
    public static FragmentUtilization Of(long m, long n, long k, InstructionTile tile, bool swapped = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(m, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Math.Min(tile.M, Math.Min(tile.N, tile.K)), 1, nameof(tile));
        return new FragmentUtilization(Fill(m, swapped ? tile.N : tile.M), Fill(n, swapped ? tile.M : tile.N), Fill(k, tile.K));
    }

    private static double Fill(long size, int tile) => (double)size / ((size + tile - 1) / tile * tile);
}
