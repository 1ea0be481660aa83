using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.OneDnn;

/// <summary>oneDNN's bf16 product on avx512_core_bf16: pairs by vdpbf16ps in fp32, blocks of K added in order, one rounding to bf16 at the end.</summary>
/// <remarks>
/// Blocks: none up to K = 512, 512 terms up to K = 1024; beyond, 512 for one row and 1,024 for more. Source: oneDNN 3.7.1 as PyTorch 2.10 calls it, its blocks probed with masks at 17 depths from 320 to 5,000, 1 to 512 rows and 16 to
/// 8,192 columns; recorded and live results of it and of PyTorch 1.13.1 (oneDNN 2.6.3) fit. A rule of a fixed block serves where another version cuts elsewhere. PyTorch calls oneDNN where M K N is above 4,096.
/// </remarks>
public sealed class Bf16Product : IGemmFamily
{
    private readonly int? _block;

    /// <summary>Creates the rule of this version's blocks, or of one block length.</summary>
    /// <param name="block">Terms of a block, 0 for one chain over all of K; null (default) for the blocks that the version chooses.</param>
    public Bf16Product(int? block = null)
    {
        if (block is < 0)
            throw new ArgumentOutOfRangeException(nameof(block), block, "a block has terms, or 0 for one chain");
        _block = block;
    }

    /// <inheritdoc/>
    public string Name => _block switch { null => "onednn.bf16", 0 => "onednn.bf16.chain", { } block => $"onednn.bf16.block_{block}" };

    /// <inheritdoc/>
    public PlanDecision PlanFor(GemmKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Weights != NumericFormat.Bf16 || key.Output != NumericFormat.Bf16)
            return PlanDecision.Decline("the rule covers bf16 weights and outputs");
        int block = _block ?? (key.K > 1024 && key.M > 1 ? 1024 : 512);
        return PlanDecision.Of(new GemmPlan
        {
            Step = ReductionStep.Bf16Pair, Operand = NumericFormat.Bf16, Output = NumericFormat.Bf16, BlockK = block >= key.K ? 0 : block, StartsAtZero = true,
        });
    }
}
