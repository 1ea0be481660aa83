using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.OneDnn;

/// <summary>oneDNN's bf16 product of one row without bf16 instructions (capped to avx512_core), and with them for short K: 16 lanes of pairs, added over distances 8, 1, 2, 4.</summary>
/// <remarks>
/// A lane takes the pair 2l, 2l + 1 (second product first) out of every 32 terms; <c>(l + l+8)</c>, then neighbours 1, 2, 4 apart; one rounding to bf16. K is a multiple of 32. Source: PyTorch 1.13.1 (oneDNN
/// 2.6.3 capped to AVX512_CORE), replayed over whole models; the rule does not say when other versions take this path.
/// </remarks>
public sealed class Bf16Vector : IGemmFamily
{
    private const int Lanes = 16;

    /// <inheritdoc/>
    public string Name => "onednn.bf16.gemv";

    /// <inheritdoc/>
    public PlanDecision PlanFor(GemmKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Weights != NumericFormat.Bf16 || key.Output != NumericFormat.Bf16)
            return PlanDecision.Decline("the rule covers bf16 weights and outputs");
        if (key.M != 1 || key.K % (2 * Lanes) != 0)
            return PlanDecision.Decline("the rule covers one row and K that is a multiple of 32");
        ReductionChain?[] lanes = ProgramParts.Lanes(ReductionStep.Bf16Pair, Lanes, 0, key.K, vector: 2);
        return PlanDecision.Of(ProgramParts.Plan(key.K, ProgramParts.Fold(lanes, 8, 1, 2, 4)!, NumericFormat.Bf16, NumericFormat.Bf16));
    }
}
