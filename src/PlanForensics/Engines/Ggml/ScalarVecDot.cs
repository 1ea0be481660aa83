using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.Ggml;

/// <summary>ggml's <c>mul_mat</c> of f32, f16 or bf16 weights by portable C, on processors without SSE3: products rounded to binary32, added in order in binary64, rounded once.</summary>
/// <remarks>Activations are rounded to the weights' type. M, N and threads do not change bits. Source: ggml's <c>vec.cpp</c>; llama.cpp v0.5.0's release binary for plain x86-64, run on random shapes.</remarks>
/// <param name="weights">Format of the weights: fp32, fp16 or bf16.</param>
public sealed class ScalarVecDot(NumericFormat weights) : IGemmFamily
{
    private readonly GemmPlan _plan = new() { Step = ReductionStep.MulAddProduct(NumericFormat.Fp32), Operand = weights, Accumulator = NumericFormat.Fp64, StartsAtZero = true };

    /// <inheritdoc/>
    public string Name { get; } = $"ggml.scalar.{GgmlNames.Of(weights)}";

    /// <inheritdoc/>
    public PlanDecision PlanFor(GemmKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Weights == weights && key.Output == NumericFormat.Fp32
            ? PlanDecision.Of(_plan)
            : PlanDecision.Decline($"the rule covers {NumericFormats.NameOf(weights)} weights and fp32 outputs");
    }
}
