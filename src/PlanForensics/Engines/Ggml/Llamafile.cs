using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.Ggml;

/// <summary>ggml's <c>mul_mat</c> of f32, f16 or bf16 weights with llamafile's kernels (AVX-512): one accumulator of 16 lanes an output, where the shape allows it, else <see cref="VecDot"/>.</summary>
/// <remarks>
/// The kernels are taken where M is at least 2, N a multiple of 4 and K a multiple of 16 (bf16: 32, in pairs). So a decode of one row runs another order than a batch; among batches nothing changes, and
/// the tile that is chosen never matters. Source: ggml commit d99724f2, GGML_LLAMAFILE=ON, recorded results on both sides of M = 2.
/// </remarks>
/// <param name="weights">Format of the weights: fp32, fp16 or bf16.</param>
public sealed class Llamafile(NumericFormat weights) : IGemmFamily
{
    private readonly VecDot _single = new(GgmlVectors.Avx512, weights);

    private readonly GemmPlan _plan = weights == NumericFormat.Bf16
        ? new GemmPlan { Step = ReductionStep.Bf16Pair, Operand = weights, StartsAtZero = true, Lanes = new LaneTree { Lanes = 16, Vector = 2 } }
        : new GemmPlan { Operand = weights, StartsAtZero = true, Lanes = new LaneTree { Lanes = 16 } };

    /// <inheritdoc/>
    public string Name { get; } = $"ggml.llamafile.avx512.{GgmlNames.Of(weights)}";

    /// <inheritdoc/>
    public PlanDecision PlanFor(GemmKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        bool fits = key.M >= 2 && key.N % 4 == 0 && key.K % (weights == NumericFormat.Bf16 ? 32 : 16) == 0;
        PlanDecision single = _single.PlanFor(key);
        return fits && single.Plan is not null ? PlanDecision.Of(_plan) : single;
    }
}
