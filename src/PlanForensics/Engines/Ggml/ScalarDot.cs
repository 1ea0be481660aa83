using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.Ggml;

/// <summary>ggml's <c>mul_mat</c> of q8_0 or q4_0 weights by portable C, on processors without SSSE3: one accumulator, a block at a time, no fma.</summary>
/// <remarks>
/// q8_0: <c>sum = fl(sum + fl(t * fl(dw * da)))</c>; q4_0: <c>sum = fl(sum + fl(fl(t * dw) * da))</c>. Activations by the reference quantiser. Source: ggml's <c>ggml_vec_dot_*_generic</c>; llama.cpp v0.5.0's
/// release binary for plain x86-64, run on random shapes.
/// </remarks>
/// <param name="weights">Format of the weights.</param>
public sealed class ScalarDot(BlockFormat weights) : IGemmFamily
{
    private readonly QuantizedDot _covered = new("vec_dot", weights);

    private readonly QuantizedGemmPlan _plan = new()
    {
        Weights = weights,
        Quantizer = ActivationQuantizer.Reference,
        Factors = weights == BlockFormat.Q4Type0 ? ScaleFactors.WeightFirst : ScaleFactors.Scales,
        Step = ReductionStep.MulAdd,
        StartsAtZero = true,
    };

    /// <inheritdoc/>
    public string Name { get; } = $"ggml.scalar.{BlockFormats.NameOf(weights)}";

    /// <inheritdoc/>
    public PlanDecision PlanFor(GemmKey key)
    {
        PlanDecision covered = _covered.PlanFor(key);
        return covered.Plan is null ? covered : PlanDecision.Of(_plan);
    }
}
