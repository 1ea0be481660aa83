using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.Mlas;

/// <summary>ONNX Runtime's MatMul and Gemm with constant weights: B is packed when the session starts, in panels of 256 terms, so the order depends on K alone.</summary>
/// <remarks>
/// <c>gemm k_block=256</c>: one fma chain a block, started with the first product, blocks added in order. The same for every M, N and thread count: batch-invariant.
/// Source: MLAS, MlasSgemmPackedOperation (packed stride K is 256); recorded results of ONNX Runtime 1.31.1 on AVX-512.
/// </remarks>
public sealed class ConstantB : IGemmFamily
{
    private static readonly GemmPlan Plan = new() { BlockK = 256 };

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
