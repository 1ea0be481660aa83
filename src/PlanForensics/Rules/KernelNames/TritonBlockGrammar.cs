using System.Globalization;

namespace PlanForensics.Rules.KernelNames;

/// <summary>Triton kernels written by hand: products whose configuration is part of the name (<c>..._BLOCK_SIZE_M_128_..._NUM_KSPLIT_1</c>) and the products of vLLM and AITER.</summary>
internal sealed class TritonBlockGrammar : IKernelGrammar
{
    public KernelDescription? Describe(KernelName name)
    {
        string function = name.Function;
        bool hasBlocks = function.Contains("BLOCK_SIZE_M_", StringComparison.Ordinal) || function.Contains("BLOCK_M_", StringComparison.Ordinal);
        bool isProduct = function.EndsWith("_mm", StringComparison.Ordinal) && function.StartsWith('_')
            || function is "fused_moe_kernel" or "_fused_moe_kernel" or "fused_moe_kernel_gptq_awq" or "matmul_kernel" or "matmul_kernel_persistent";
        if ((!hasBlocks && !isProduct) || name.WordsOf(last => last == function) is not { } words)
            return null;
        KernelExtent tile = new(After(words, "M"), After(words, "N"), After(words, "K"));
        isProduct |= words.Any(word => word is "gemm" or "mm" or "matmul") || (words.Contains("moe") && tile.K is not null);
        int? splits = NumberAfter(words, Array.IndexOf(words, "KSPLIT")) ?? NumberAfter(words, Array.FindIndex(words, word => word is "SPLITK") is var at && NumberAfter(words, at) > 0 ? at : -1);
        return name.Describe("triton", isProduct ? KernelOperator.Gemm : null) with
        {
            Tile = tile == default ? null : tile,
            SplitK = splits is > 0 and int count ? KernelSplit.Of(count) : null,
            Stages = NumberAfter(words, Array.IndexOf(words, "stages")),
        };
    }

    private static int? After(string[] words, string axis)
    {
        for (int index = 1; index < words.Length; index++)
            if (words[index] == axis && (words[index - 1] is "BLOCK" || (words[index - 1] is "SIZE" && index > 1 && words[index - 2] is "BLOCK")))
                return NumberAfter(words, index);
        return null;
    }

    private static int? NumberAfter(string[] words, int at) =>
        at >= 0 && at + 1 < words.Length && int.TryParse(words[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
