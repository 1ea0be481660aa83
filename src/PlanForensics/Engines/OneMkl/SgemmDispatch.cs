using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.OneMkl;

/// <summary>What oneMKL's fp32 products of both layouts share: which products run the blocked kernel, and its order.</summary>
internal static class SgemmDispatch
{
    private const int Block = 192;
    private const int FewRows = 3;
    private const int FewColumns = 11;
    private const int SmallSize = 16;

    /// <summary>Whether a product is one of vectors: up to three rows or eleven columns.</summary>
    public static bool IsNarrow(GemmKey key) => key.M <= FewRows || key.N <= FewColumns;

    /// <summary>
    /// Rows that run the blocked kernel. With several threads oneMKL divides 5 to 11 rows among them in fours, and what is left over, one to three rows, runs the code of narrow products; not so where the
    /// product is small (up to 16 columns and 16 terms, or up to 4 terms), which one thread does.
    /// </summary>
    public static int BlockedRows(GemmKey key) =>
        key.Threads > 1 && key.M < 12 && key.K > 4 && (key.N > SmallSize || key.K > SmallSize) ? key.M / 4 * 4 : key.M;

    /// <summary>The blocked kernel: fma; one block up to K = 192, blocks of 192 from 384 on, else two halves of floor(K / 2) and, where K is odd, one term alone.</summary>
    public static GemmPlan Blocked(int k) => new()
    {
        BlockK = k <= Block ? 0 : k < 2 * Block ? k / 2 : Block,
        StartsAtZero = true,
    };

    /// <summary>The reason why no rule of oneMKL covers a key; null when one may.</summary>
    public static string? Refuse(GemmKey key) => key.Weights != NumericFormat.Fp32 || key.Output != NumericFormat.Fp32
        ? "the rule covers fp32 weights and outputs"
        : key is { Threads: > 1, M: > 4 and < 12, K: > 1 and <= 4, N: > 64 } && key.M % 4 != 0 ? "with several threads, 5 to 11 rows and up to 4 terms the rule covers up to 64 columns"
        : null;

    /// <summary>
    /// Vectors times a matrix whose rows lie one after the other. Rows run in fours, whose last one's address says how many terms are peeled (four where it is aligned). Of up to three rows left
    /// over the first and the third run on two accumulators, the second on one in steps of eight, all peeling by the vector's address.
    /// </summary>
    public static PlanDecision ByRowAddress(PlanRegions regions, int outputs, int k, int? address, int vectorAddress, Action<int, int, OperatorPlan> add)
    {
        int fours = outputs / 4 * 4;
        if (fours > 0 && address is null)
            return PlanDecision.Decline("the order depends on the weights' address modulo 16, which is not known");
        if (fours > 0)
            add(0, fours, VectorOrders.Lanes(k, 4 - (((address!.Value / sizeof(float)) + (3 * k)) % 4), @double: false));
        int peeled = 4 - (vectorAddress / sizeof(float) % 4);
        for (int output = fours; output < outputs; output++)
            add(output, 1, output == fours + 1 ? VectorOrders.Lanes(k, peeled, @double: false, step: 8) : VectorOrders.Lanes(k, peeled, @double: true));
        return PlanDecision.Of(regions.ToPlan());
    }
}
