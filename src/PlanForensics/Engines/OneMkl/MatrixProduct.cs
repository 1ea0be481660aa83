namespace PlanForensics.Engines.OneMkl;

/// <summary>oneMKL's fp32 product of row-major A (M, K) and B (K, N) as PyTorch's <c>mm</c> calls it, on AMD processors.</summary>
/// <remarks>
/// <para>From 4 rows and 12 columns on: fma in blocks of K: one block up to K = 192, from 384 on blocks of 192 and the rest, between them two halves of floor(K / 2) and, for an odd K, one term alone.</para>
/// <para>Else one chain of mul and add. There, columns of an output row that lie before its first address that is a multiple of 16 (none where N is a multiple of 4, or where fewer than four would follow) add four terms
/// one by one, then four as a group, and so on. One column: as <see cref="LinearLayer"/> with one row, A's rows taking the place of the weights'. Output and A are taken to start at an aligned address.</para>
/// <para>Two threads share the rows: of 5 to 7 and 9 to 11 rows the last one to three are computed as if there were no others; more threads are not covered.</para>
/// <para>Source: oneMKL 2024.0u2 (closed source) in libtorch 2.10.0: recorded results, and live calls of its sgemm, probed at random shapes.</para>
/// </remarks>
public sealed class MatrixProduct : IGemmFamily
{
    private const int MostRows = 64;

    /// <inheritdoc/>
    public string Name => "onemkl.sgemm.mm";

    /// <inheritdoc/>
    public PlanDecision PlanFor(GemmKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.WeightsTransposed == true
            ? PlanDecision.Decline("the weights lie as (N, K)")
            : SgemmDispatch.Plan(key, (regions, firstRow, rows) => AddVectors(regions, key, firstRow, rows));
    }

    private static string? AddVectors(PlanRegions regions, GemmKey key, int firstRow, int rows)
    {
        if (key.N == 1 && rows > 1)
            return SgemmDispatch.ByRowAddress(rows, key.K, 0, key.WeightAddressModulo16 ?? 0, (first, count, plan) => regions.Add(firstRow + first, count, 0, 1, plan));
        if (key.N % 4 == 0 || key.M == 1)
        {
            regions.Add(firstRow, rows, 0, key.N, VectorOrders.Sequential);
            return null;
        }

        if (rows > MostRows)
            return $"with N = {key.N} every row has a region of its own; the rule covers {MostRows} rows";
        for (int row = firstRow; row < firstRow + rows; row++)
        {
            int unaligned = (4 - (row * key.N % 4)) % 4;
            if (key.N - unaligned < 4)
                unaligned = 0;
            regions.Add(row, 1, 0, unaligned, VectorOrders.Unaligned(key.K));
            regions.Add(row, 1, unaligned, key.N - unaligned, VectorOrders.Sequential);
        }

        return null;
    }
}
