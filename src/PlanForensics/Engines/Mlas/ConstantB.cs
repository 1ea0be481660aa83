using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.Mlas;

/// <summary>ONNX Runtime's MatMul and Gemm with constant weights: B is packed when the session starts, in panels of 256 terms, so the order depends on K alone.</summary>
/// <remarks>
/// <c>gemm k_block=256 start=zero</c>: one fma chain a block, blocks added in order. The same for every M, N and thread count: batch-invariant. Source: MLAS's packed operation (packed stride
/// of K: 256), kernels for FMA3 and AVX-512; checked on recorded results of ONNX Runtime 1.31.1.
/// </remarks>
public sealed class ConstantB : IGemmFamily
{
    private static readonly GemmPlan Plan = new() { BlockK = 256, StartsAtZero = true };

    /// <inheritdoc/>
    public string Name => "mlas.constant_b";

    /// <inheritdoc/>
    public PlanDecision PlanFor(GemmKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Weights != NumericFormat.Fp32 || key.Output != NumericFormat.Fp32)
            return PlanDecision.Decline("the rule covers fp32 weights and outputs");
        return key.ConstantWeights == false ? PlanDecision.Decline("the weights are not constant") : PlanDecision.Of(Plan);
    }
}
