using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.Ggml;

/// <summary>ggml's <c>mul_mat</c> of f32, f16 or bf16 weights without llamafile: each output is one <c>vec_dot</c>, so M, N and threads do not change bits.</summary>
/// <remarks>
/// <para>Activations are rounded to the weights' type. AVX-512: 4 accumulators of 16 lanes, 64 terms a step, added 0 + 2, 1 + 3, then both, lanes folded by halves; bf16: 2 accumulators of 16 lanes of
/// pairs, without avx512_bf16 of single terms. AVX2: 4 accumulators of 8 lanes, 32 terms a step; f32 and f16 fold by horizontal additions (halves, then neighbours), bf16 by halves.</para>
/// <para>Terms left over: f32 in order, the first 8 * floor(left / 8) (AVX2: 4) with a rounded product, the rest by fma (gcc 12.2 -O3); f16 and bf16 in binary64, rounded once. Source: ggml commits d99724f2
/// and c392e509, recorded results; llama.cpp v0.5.0's release binaries (gcc 11.4), run on random shapes.</para>
/// </remarks>
/// <param name="vectors">Vector instructions of the build.</param>
/// <param name="weights">Format of the weights: fp32, fp16 or bf16.</param>
public sealed class VecDot(GgmlVectors vectors, NumericFormat weights) : IGemmFamily
{
    /// <inheritdoc/>
    public string Name { get; } = $"ggml.vec_dot.{GgmlNames.Of(vectors)}.{GgmlNames.Of(weights)}";

    /// <inheritdoc/>
    public PlanDecision PlanFor(GemmKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Weights != weights || key.Output != NumericFormat.Fp32)
            return PlanDecision.Decline($"the rule covers {NumericFormats.NameOf(weights)} weights and fp32 outputs");
        return PlanDecision.Of(PlanFor(key.K));
    }

    /// <summary>The plan of one <c>vec_dot</c>.</summary>
    /// <param name="depth">Terms, at least 1.</param>
    /// <returns>A <c>gemm</c>, or a <c>program{...}</c> where its fields do not express the order.</returns>
    public OperatorPlan PlanFor(int depth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        return VecDotOrder.For(vectors, weights, depth);
    }
}
