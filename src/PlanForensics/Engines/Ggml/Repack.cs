using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.Ggml;

/// <summary>ggml's repacked q4_0 weights (AVX2 and wider): one accumulator an output takes the exact sum of each block, where N is a multiple of 8; else the weights are not repacked.</summary>
/// <remarks>
/// <c>acc = fma(fl(dw * da), t, acc)</c>, t the sum of a whole block, blocks in order, for every M and thread count. A model loader repacks on its own, so the same file gives other bits than plain
/// <c>vec_dot</c>. Source: ggml commits d99724f2 and c392e509 (CPU_REPACK, q4_0 in groups of eight rows), recorded results.
/// </remarks>
public sealed class Repack : IGemmFamily
{
    private const int PackedRows = 8;
    private static readonly QuantizedGemmPlan Plan = new() { Weights = BlockFormat.Q4Type0, StartsAtZero = true };
    private readonly QuantizedDot _plain = new("vec_dot", BlockFormat.Q4Type0);

    /// <inheritdoc/>
    public string Name => "ggml.repack.q4_0";

    /// <inheritdoc/>
    public PlanDecision PlanFor(GemmKey key)
    {
        PlanDecision plain = _plain.PlanFor(key);
        return plain.Plan is not null && key.N % PackedRows == 0 ? PlanDecision.Of(Plan) : plain;
    }
}
