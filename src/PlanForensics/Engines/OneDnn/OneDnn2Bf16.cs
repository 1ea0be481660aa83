using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.OneDnn;

/// <summary>oneDNN 2.6's bf16 matrix product on a processor with avx512_bf16: one fp32 accumulator takes K in pairs, the second term of a pair first; K above 512 in blocks.</summary>
/// <remarks>
/// <c>gemm step=bf16pair operand=bf16 out=bf16</c> up to K = 512, from 513 to 1,024 terms with <c>k_block=512</c>, above with <c>k_block=1024</c>; the same for every M, N and layout.
/// Source: oneDNN 2.6.3 (<c>avx512_core_bf16</c>) in torch 1.13.1, compared on products whose exact sum is 0, so that every element is the rounding error of its order: M to 500, N to 4,100,
/// K to 8,192. Above that K the rule declines.
/// </remarks>
public sealed class OneDnn2Bf16 : IGemmFamily
{
    internal const int LongestChain = 512;
    internal const int LongestOfShortBlocks = 1024;
    internal const int LongestKnown = 8192;

    private static readonly GemmPlan Chain = new() { Step = ReductionStep.Bf16Pair, Operand = NumericFormat.Bf16, Output = NumericFormat.Bf16 };
    private static readonly GemmPlan ShortBlocks = Chain with { BlockK = LongestChain };
    private static readonly GemmPlan LongBlocks = Chain with { BlockK = LongestOfShortBlocks };

    /// <inheritdoc/>
    public string Name => "onednn2.avx512_core_bf16";

    /// <inheritdoc/>
    public PlanDecision PlanFor(GemmKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Weights != NumericFormat.Bf16 || key.Output != NumericFormat.Bf16)
            return PlanDecision.Decline("the rule covers bf16 operands and a bf16 output");
        return key.K > LongestKnown
            ? PlanDecision.Decline(FormattableString.Invariant($"K = {key.K}: the rule was compared up to K = {LongestKnown}"))
            : PlanDecision.Of(key.K > LongestOfShortBlocks ? LongBlocks : key.K > LongestChain ? ShortBlocks : Chain);
    }
}
