using PlanForensics.Numerics;

namespace PlanForensics.Rules.KernelNames;

/// <summary>
/// FlashAttention 2: <c>flash_fwd[_splitkv][_combine]_kernel&lt;Flash_fwd_kernel_traits&lt;head dimension, block M, block N, warps, ..., type&gt;, ...&gt;</c>.
/// A combine kernel carries the traits of the attention whose parts it merges.
/// </summary>
internal sealed class FlashAttention2Grammar : IKernelGrammar
{
    public KernelDescription? Describe(KernelName name)
    {
        string function = name.Function;
        bool isBackward = function.StartsWith("flash_bwd", StringComparison.Ordinal);
        if (!isBackward && !function.StartsWith("flash_fwd", StringComparison.Ordinal))
            return name.Truncated && function.EndsWith("ash_fwd_splitkv_kernel", StringComparison.Ordinal) ? Forward(name, KernelOperator.Attention) : null;
        if (name.EndsInsideName)
            return name.Describe("flash_attention_2", isBackward ? KernelOperator.AttentionBackward : null);
        return isBackward ? Forward(name, KernelOperator.AttentionBackward)
            : Forward(name, function.Contains("combine", StringComparison.Ordinal) ? KernelOperator.AttentionCombine : KernelOperator.Attention);
    }

    private static KernelDescription Forward(KernelName name, KernelOperator kernelOperator)
    {
        KernelDescription description = name.Describe("flash_attention_2", kernelOperator) with { SplitK = SplitOf(name, kernelOperator) };
        // Some reports leave the word of the traits out and keep their numbers.
        KernelNode? traits = name.Root.Find(last => last.EndsWith("kernel_traits", StringComparison.Ordinal))
            ?? (name.Root.At(1)?.Number > 1 ? name.Root : null);
        if (traits is null)
            return description;
        NumericFormat? operand = traits.Arguments.Select(KernelFormats.OfType).FirstOrDefault(format => format is NumericFormat.Bf16 or NumericFormat.Fp16);
        KernelExtent tile = new(traits.At(1)?.Number, traits.At(2)?.Number, traits.At(0)?.Number);
        return description with { OperandFormat = operand, Tile = tile == default ? null : tile };
    }

    // The split-KV kernel also serves paged keys without splitting: its next to last flag says which.
    private static KernelSplit? SplitOf(KernelName name, KernelOperator kernelOperator)
    {
        if (kernelOperator is KernelOperator.AttentionCombine)
            return new KernelSplit(true);
        if (name.IsCut || !name.Function.Contains("splitkv", StringComparison.Ordinal))
            return null;
        bool?[] flags = [.. name.Root.Arguments.Skip(1).Select(node => node.Flag)];
        return flags.Length is >= 6 and <= 8 && flags[^2] is { } isSplit ? new KernelSplit(isSplit) : null;
    }
}
