using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.Aten;

/// <summary>ATen's own loops over one bf16 matrix: small products, and all of them where oneDNN does not run bf16 (processors without AVX-512).</summary>
/// <remarks>
/// Weights as (N, K): one fp32 chain of exact products, rounded once. Weights as (K, N): <c>r = bf(r + bf(a * b))</c>, every step rounded to bf16. <see cref="AtenMatrixProducts"/> says from which size on oneDNN is
/// called instead; this rule gives the loop's order at any size. Source: ATen 1.13, <c>BlasKernel.cpp</c>; replayed over whole models.
/// </remarks>
public sealed class AtenLoop : IGemmFamily
{
    private readonly bool _transposed;

    /// <summary>Creates the rule of one layout.</summary>
    /// <param name="transposed">Whether the weights lie as (N, K).</param>
    public AtenLoop(bool transposed) => _transposed = transposed;

    /// <inheritdoc/>
    public string Name => _transposed ? "aten.loop.bf16.transposed" : "aten.loop.bf16";

    /// <inheritdoc/>
    public PlanDecision PlanFor(GemmKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Weights != NumericFormat.Bf16 || key.Output != NumericFormat.Bf16)
            return PlanDecision.Decline("the rule covers bf16 weights and outputs");
        if (key.WeightsTransposed is { } transposed && transposed != _transposed)
            return PlanDecision.Decline(_transposed ? "the weights lie as (K, N)" : "the weights lie as (N, K)");
        return PlanDecision.Of(new GemmPlan
        {
            Step = ReductionStep.MulAdd, Operand = NumericFormat.Bf16, Accumulator = _transposed ? NumericFormat.Fp32 : NumericFormat.Bf16, Output = NumericFormat.Bf16, StartsAtZero = true,
        });
    }
}
