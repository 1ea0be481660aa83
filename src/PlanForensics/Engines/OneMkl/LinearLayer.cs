namespace PlanForensics.Engines.OneMkl;

/// <summary>oneMKL's fp32 product with weights as (N, K), as PyTorch's <c>linear</c> calls it, on AMD processors.</summary>
/// <remarks>
/// <para>From 4 rows and 12 columns on: as <see cref="MatrixProduct"/>. Else SSE lanes of mul and add, <c>(l0 + l2) + (l1 + l3)</c>, after a start that is peeled one by one into lane 0, and with what is left over
/// added one by one at the end. Columns run in fours on one accumulator, the columns left over on two, the second added to the first before lanes are.</para>
/// <para>Peeled terms: at M = 1 as many as bring the last of four weight rows to a multiple of 16 bytes, four where it is one already: so the order depends on the weights' address, and no plan is given where
/// it is not known (the columns left over peel four). From two rows on, as many as bring the row of A there; A is taken to start at an aligned address.</para>
/// <para>Two threads share the rows as in <see cref="MatrixProduct"/>; more threads are not covered. Source: oneMKL 2024.0u2 (closed source) in libtorch 2.10.0: recorded results, and live calls of its sgemm, probed at
/// random shapes.</para>
/// </remarks>
public sealed class LinearLayer : IGemmFamily
{
    private const int MostRows = 64;

    /// <inheritdoc/>
    public string Name => "onemkl.sgemm.linear";

    /// <inheritdoc/>
    public PlanDecision PlanFor(GemmKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.WeightsTransposed == false
            ? PlanDecision.Decline("the weights lie as (K, N)")
            : SgemmDispatch.Plan(key, (regions, firstRow, rows) => AddVectors(regions, key, firstRow, rows));
    }

    private static string? AddVectors(PlanRegions regions, GemmKey key, int firstRow, int rows)
    {
        if (key.M == 1)
            return SgemmDispatch.ByRowAddress(key.N, key.K, key.WeightAddressModulo16, 0, (first, count, plan) => regions.Add(0, 1, first, count, plan));
        if (key.N == 1)
            return SgemmDispatch.ByRowAddress(rows, key.K, 0, key.WeightAddressModulo16 ?? 0, (first, count, plan) => regions.Add(firstRow + first, count, 0, 1, plan));
        if (key.K % 4 != 0 && rows > MostRows)
            return $"with K = {key.K} rows start at different addresses; the rule covers {MostRows} such rows";
        int fours = key.N / 4 * 4;
        int alike = key.K % 4 == 0 ? rows : 1;
        for (int row = firstRow; row < firstRow + rows; row += alike)
        {
            int peeled = (4 - (int)((long)row * key.K % 4)) % 4;
            regions.Add(row, alike, 0, fours, VectorOrders.Lanes(key.K, peeled, @double: false));
            regions.Add(row, alike, fours, key.N - fours, VectorOrders.Lanes(key.K, peeled, @double: true));
        }

        return null;
    }
}
