using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.OpenBlas;

/// <summary>OpenBLAS sgemv on Haswell and Zen: NumPy's product of a vector and a matrix, and PyTorch's <c>mv</c> and <c>addmv</c>.</summary>
/// <remarks>
/// <para>Weights as (K, N): the first N mod 16 columns (in whole fours, after every 4,096) take groups of eight terms on two accumulators, even and odd; other columns take them on one; a group's sum is added to
/// the output; then a group of four; up to three terms left over are multiplied and added. Up to three last columns are one chain of mul and add (in pairs where N is 2 or 3, in fours where it is 1).</para>
/// <para>Weights as (N, K): columns in fours: eight lanes of fma, <c>((l0 + l4) + (l1 + l5)) + ((l2 + l6) + (l3 + l7))</c>, a first group of four in the lower half, blocks of 4,096; two of the columns left over four lanes of
/// mul and add, the last one eight. Up to three terms left over are one group of mul and add, added last.</para>
/// <para>skylakex and cooperlake: the same where K is above 48 and a multiple of 4, but for the last columns of (K, N), which are one chain of fma.</para>
/// <para>From 9,216 weights on threads share the outputs: the first takes ceil(outputs / threads), the next the same of what is left, and each counts its own columns. Fewer than four outputs a thread are not covered. Source: OpenBLAS 0.3.21, kernel/x86_64/sgemv_n_4.c and sgemv_t_4.c; probed and replayed on the live library.</para>
/// </remarks>
public sealed class HaswellVector : IGemmFamily
{
    private const int Chunk = 4096;
    private const long ThreadedElements = 2304 * 4;
    private const int FewestOutputs = 4;
    private const int ShortDepth = 48;
    private readonly bool _transposed;
    private readonly bool _wide;

    /// <summary>Creates the rule of one layout.</summary>
    /// <param name="transposed">Whether the weights lie as (N, K).</param>
    /// <param name="wide">Whether the core is skylakex or cooperlake, which share Haswell's kernels where K is above 48 and a multiple of 4; the rule covers these K.</param>
    public HaswellVector(bool transposed, bool wide = false) => (_transposed, _wide) = (transposed, wide);

    /// <inheritdoc/>
    public string Name => $"openblas.{(_wide ? "skylakex" : "haswell")}.{(_transposed ? "sgemv_t" : "sgemv_n")}";

    /// <inheritdoc/>
    public PlanDecision PlanFor(GemmKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Weights != NumericFormat.Fp32 || key.Output != NumericFormat.Fp32)
            return PlanDecision.Decline("the rule covers fp32 weights and outputs");
        if (key.M != 1 && (key.N != 1 || !_transposed))
            return PlanDecision.Decline("the rule covers one row, or one column as (N, K)");
        if (key.M == 1 && key.WeightsTransposed is { } transposed && transposed != _transposed)
            return PlanDecision.Decline(_transposed ? "the weights lie as (K, N)" : "the weights lie as (N, K)");
        int outputs = key.M == 1 ? key.N : key.M;
        if (_wide && (key.K <= ShortDepth || key.K % 4 != 0 || (!_transposed && outputs < 4)))
            return PlanDecision.Decline("the rule of this core covers K above 48 that is a multiple of 4, and at least four columns");
        int threads = (long)outputs * key.K < ThreadedElements ? 1 : key.Threads;
        if (threads > 1 && outputs < threads * FewestOutputs)
            return PlanDecision.Decline("how several threads share few outputs is not known");
        var regions = new PlanRegions(key.M, key.N);
        int start = 0;
        for (int thread = 0; thread < threads; thread++)
        {
            int share = (outputs - start + threads - thread - 1) / (threads - thread);
            int offset = start;
            if (_transposed)
                ByLanes((first, count, plan) => Add(offset + first, count, plan), share, key.K);
            else
                ByGroups((first, count, plan) => Add(offset + first, count, plan), share, key.K);
            start += share;
        }

        return PlanDecision.Of(regions.ToPlan());

        void Add(int first, int count, OperatorPlan plan)
        {
            if (key.M == 1)
                regions.Add(0, 1, first, count, plan);
            else
                regions.Add(first, count, 0, 1, plan);
        }
    }

    private void ByGroups(Action<int, int, OperatorPlan> add, int outputs, int k)
    {
        int whole = outputs / 4 * 4;
        for (int start = 0; start < whole; start += Chunk)
        {
            int count = Math.Min(Chunk, whole - start);
            add(start, count % 16, HaswellVectorOrders.Groups(k, two: true));
            add(start + (count % 16), count - (count % 16), HaswellVectorOrders.Groups(k, two: false));
        }

        add(whole, outputs - whole, _wide ? new GemmPlan { StartsAtZero = true } : HaswellVectorOrders.Scalar(k, whole == 0 ? outputs : 0));
    }

    private static void ByLanes(Action<int, int, OperatorPlan> add, int outputs, int k)
    {
        int fours = outputs / 4 * 4;
        int pair = (outputs - fours) / 2 * 2;
        add(0, fours, HaswellVectorOrders.Lanes(k, 8, ReductionStep.Fma));
        add(fours, pair, HaswellVectorOrders.Lanes(k, 4, ReductionStep.MulAdd));
        add(fours + pair, outputs - fours - pair, HaswellVectorOrders.Lanes(k, 8, ReductionStep.MulAdd));
    }
}
