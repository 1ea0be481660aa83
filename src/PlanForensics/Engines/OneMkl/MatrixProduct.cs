using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.OneMkl;

/// <summary>oneMKL's fp32 product of row-major A (M, K) and B (K, N) as PyTorch's <c>mm</c> calls it, on AMD processors (AVX2 code).</summary>
/// <remarks>
/// M up to 3: one chain of mul and add. M from 4: fma in blocks of K: one block up to K = 192, from 384 on blocks of 192 and the rest, between them two halves of floor(K / 2) and, for an odd K, one
/// term alone. The same for 1 and 2 threads. Source: recorded results of libtorch 2.10.0 (oneMKL 2024.0u2, closed source), K = 288, 768, 1024, 4096; probed.
/// </remarks>
public sealed class MatrixProduct : IGemmFamily
{
    private const int Block = 192;
    private const int FewRows = 3;

    /// <inheritdoc/>
    public string Name => "onemkl.sgemm.mm";

    /// <inheritdoc/>
    public PlanDecision PlanFor(GemmKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Weights != NumericFormat.Fp32 || key.Output != NumericFormat.Fp32)
            return PlanDecision.Decline("the rule covers fp32 weights and outputs");
        if (key.WeightsTransposed == true)
            return PlanDecision.Decline("the weights lie as (N, K)");
        return PlanDecision.Of(key.M <= FewRows ? new GemmPlan { Step = ReductionStep.MulAdd, StartsAtZero = true } : Blocked(key.K));
    }

    /// <summary>The order of four rows and more, whatever the layout of the weights.</summary>
    internal static GemmPlan Blocked(int k) => new()
    {
        BlockK = k <= Block ? 0 : k < 2 * Block ? k / 2 : Block,
        StartsAtZero = true,
    };
}
