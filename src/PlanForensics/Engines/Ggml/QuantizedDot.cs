using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.Ggml;

/// <summary>ggml's <c>mul_mat</c> of q8_0 or q4_0 weights: eight lanes of exact sums of four products; M, N, threads and llamafile do not change bits.</summary>
/// <remarks>
/// Activations become q8_0 row by row. Per block lane l has <c>t = sum of products 4l .. 4l+3</c> and <c>acc[l] = fma(fl(dw * da), t, acc[l])</c>; lanes are added 4 apart, then 2, then 1. The AVX2,
/// AVX-512 and llamafile kernels are one plan. Source: ggml commits d99724f2 and c392e509, recorded results of four builds.
/// </remarks>
/// <param name="name">Which kernels: <c>vec_dot</c> or <c>llamafile</c>.</param>
/// <param name="weights">Format of the weights.</param>
public sealed class QuantizedDot(string name, BlockFormat weights) : IGemmFamily
{
    private readonly QuantizedGemmPlan _plan = new() { Weights = weights, Group = 4, StartsAtZero = true, Lanes = new LaneTree { Lanes = 8 } };

    /// <inheritdoc/>
    public string Name { get; } = $"ggml.{name}.{BlockFormats.NameOf(weights)}";

    /// <inheritdoc/>
    public PlanDecision PlanFor(GemmKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Blocks != weights || key.Output != NumericFormat.Fp32)
            return PlanDecision.Decline($"the rule covers {BlockFormats.NameOf(weights)} weights and fp32 outputs");
        return key.K % BlockFormats.BlockLength == 0
            ? PlanDecision.Of(_plan)
            : PlanDecision.Decline($"a row of {BlockFormats.NameOf(weights)} is a multiple of {BlockFormats.BlockLength} weights; got K = {key.K}");
    }
}
