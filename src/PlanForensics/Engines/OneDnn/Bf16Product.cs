using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.OneDnn;

/// <summary>oneDNN's bf16 product on avx512_core_bf16: pairs by vdpbf16ps in fp32, blocks of K added in order, one rounding to bf16 at the end.</summary>
/// <remarks>
/// Which block of K is taken depends on version, M, N and K: none up to K = 384 and in 2.6.3; 3.7.1: 512 at K = 768, at M = 1 and K = 1024 or 4096, at M = 2 and K = 1024, 1024 from M = 2 at K = 4096.
/// The choice between them is not known in closed form, so each block is a rule of its own, and bf16 outputs seldom tell them apart. Source: recorded results of libtorch 2.10.0 (oneDNN 3.7.1) and of PyTorch
/// 1.13.1 (oneDNN 2.6.3); probed.
/// </remarks>
public sealed class Bf16Product : IGemmFamily
{
    private readonly int _block;

    /// <summary>Creates the rule of one block length.</summary>
    /// <param name="block">Terms of a block; 0 for one chain over all of K.</param>
    public Bf16Product(int block)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(block);
        _block = block;
    }

    /// <inheritdoc/>
    public string Name => _block == 0 ? "onednn.bf16" : $"onednn.bf16.block_{_block}";

    /// <inheritdoc/>
    public PlanDecision PlanFor(GemmKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Weights != NumericFormat.Bf16 || key.Output != NumericFormat.Bf16)
            return PlanDecision.Decline("the rule covers bf16 weights and outputs");
        return PlanDecision.Of(new GemmPlan
        {
            Step = ReductionStep.Bf16Pair, Operand = NumericFormat.Bf16, Output = NumericFormat.Bf16, BlockK = _block >= key.K ? 0 : _block, StartsAtZero = true,
        });
    }
}
