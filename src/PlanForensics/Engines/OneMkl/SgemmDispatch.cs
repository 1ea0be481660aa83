using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.OneMkl;

/// <summary>What oneMKL's fp32 products of both layouts share: which rows run the blocked kernel, its order, and how weight rows' addresses count.</summary>
internal static class SgemmDispatch
{
    private const int Block = 192;
    private const int FewRows = 3;
    private const int FewColumns = 11;
    private const int RowUnit = 4;
    private const int SmallSize = 16;
    private const int FewTerms = 4;

    /// <summary>Writes the plans of some rows that are computed as vectors; gives the reason where it cannot.</summary>
    public delegate string? AddVectors(PlanRegions regions, int firstRow, int rows);

    /// <summary>
    /// A product is one of vectors up to three rows or eleven columns, else blocked. Two threads share rows in units of four, the first taking the larger half: where one to three rows are left for the second, these
    /// are vectors. Small products (up to 16 columns and 16 terms, or up to 4 terms) stay on one thread.
    /// </summary>
    public static PlanDecision Plan(GemmKey key, AddVectors addVectors)
    {
        if (key.Weights != NumericFormat.Fp32 || key.Output != NumericFormat.Fp32)
            return PlanDecision.Decline("the rule covers fp32 weights and outputs");
        if (key.Threads > 2)
            return PlanDecision.Decline("the rule covers one and two threads");
        if (key is { Threads: 2, M: > 4 and < 12, K: > 1 and <= FewTerms, N: > 64 } && key.M % RowUnit != 0)
            return PlanDecision.Decline("with two threads, 5 to 11 rows and up to 4 terms the rule covers up to 64 columns");
        bool narrow = key.M <= FewRows || key.N <= FewColumns;
        int share = ((((key.M + 1) / 2) + RowUnit - 1) / RowUnit) * RowUnit;
        int left = key.Threads == 2 && key.K > FewTerms && (key.N > SmallSize || key.K > SmallSize) && key.M - share is >= 1 and <= FewRows ? key.M - share : 0;
        int blocked = narrow ? 0 : key.M - left;
        var regions = new PlanRegions(key.M, key.N);
        regions.Add(0, blocked, 0, key.N, Blocked(key.K));
        string? reason = blocked == key.M ? null : addVectors(regions, blocked, key.M - blocked);
        return reason is null ? PlanDecision.Of(regions.ToPlan()) : PlanDecision.Decline(reason);
    }

    /// <summary>
    /// Vectors times a matrix whose rows lie one after the other. Rows run in fours, whose last one's address says how many terms are peeled (four where it is aligned). Of up to three rows left
    /// over the first and the third run on two accumulators, the second on one in steps of eight, all peeling by the vector's address.
    /// </summary>
    public static string? ByRowAddress(int outputs, int k, int? address, int vectorAddress, Action<int, int, OperatorPlan> add)
    {
        int fours = outputs / RowUnit * RowUnit;
        if (fours > 0 && address is null)
            return "the order depends on the weights' address modulo 16, which is not known";
        if (fours > 0)
            add(0, fours, VectorOrders.Lanes(k, 4 - (((address!.Value / sizeof(float)) + (int)(3L * k % 4)) % 4), @double: false));
        int peeled = 4 - (vectorAddress / sizeof(float) % 4);
        for (int output = fours; output < outputs; output++)
            add(output, 1, output == fours + 1 ? VectorOrders.Lanes(k, peeled, @double: false, step: 8) : VectorOrders.Lanes(k, peeled, @double: true));
        return null;
    }

    /// <summary>fma; one block up to K = 192, blocks of 192 from 384 on, else two halves of floor(K / 2) and, where K is odd, one term alone.</summary>
    private static GemmPlan Blocked(int k) => new()
    {
        BlockK = k <= Block ? 0 : k < 2 * Block ? k / 2 : Block,
        StartsAtZero = true,
    };
}
