using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.Ggml;

/// <summary>ggml's <c>mul_mat</c> of f32, f16 or bf16 weights with llamafile's kernels: one accumulator of a register's lanes an output, where the shape allows it, else <see cref="VecDot"/>.</summary>
/// <remarks>
/// The kernels are taken where M is at least 2, N a multiple of 4 and K a multiple of the lanes (16, AVX2: 8; bf16 with avx512_bf16: 32, in pairs); lanes are folded by halves. So a decode of one row runs
/// another order than a batch; among batches nothing changes, and the tile that is chosen never matters. Source: ggml commit d99724f2, GGML_LLAMAFILE=ON (llama.cpp's default), recorded results on both
/// sides of M = 2; llama.cpp v0.5.0's release binaries for AVX2 and for AVX-512 without avx512_bf16.
/// </remarks>
/// <param name="vectors">Vector instructions of the build.</param>
/// <param name="weights">Format of the weights: fp32, fp16 or bf16.</param>
public sealed class Llamafile(GgmlVectors vectors, NumericFormat weights) : IGemmFamily
{
    private readonly VecDot _single = new(vectors, weights);
    private readonly bool _pairs = vectors == GgmlVectors.Avx512 && weights == NumericFormat.Bf16;

    /// <inheritdoc/>
    public string Name { get; } = $"ggml.llamafile.{GgmlNames.Of(vectors)}.{GgmlNames.Of(weights)}";

    /// <inheritdoc/>
    public PlanDecision PlanFor(GemmKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        PlanDecision single = _single.PlanFor(key);
        int lanes = GgmlNames.Lanes(vectors);
        int step = _pairs ? 2 * lanes : lanes;
        if (single.Plan is null || key.M < 2 || key.N % 4 != 0 || key.K % step != 0)
            return single;
        return PlanDecision.Of(new GemmPlan
        {
            Step = _pairs ? ReductionStep.Bf16Pair : ReductionStep.Fma,
            Operand = weights,
            StartsAtZero = true,
            Lanes = new LaneTree { Lanes = lanes, Vector = step / lanes },
        });
    }
}
