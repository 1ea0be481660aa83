namespace PlanForensics.Rules.KernelNames;

/// <summary>
/// Attention kernels named by words: PyTorch's <c>fmha_cutlassF_f16_aligned_64x128_rf_sm80</c>, TensorRT's <c>fmha_v2_flash_attention_bf16_64_128_...</c>,
/// cuDNN's <c>cudnn_generated_fort_native_sdpa_sm80_flash_fprop_wmma_f16_knob_3_64x64x128_4x1x1_cga1x1x1_...</c>.
/// </summary>
internal sealed class FusedAttentionGrammar : IKernelGrammar
{
    public KernelDescription? Describe(KernelName name)
    {
        string function = name.Function;
        string? family = function.StartsWith("fmha_cutlass", StringComparison.Ordinal) ? "memory_efficient_attention"
            : function.StartsWith("cudnn_", StringComparison.Ordinal) && function.Contains("sdpa", StringComparison.Ordinal) ? "cudnn_attention"
            : function.StartsWith("fmha", StringComparison.Ordinal) ? "tensorrt_fmha"
            : null;
        if (family is null || name.WordsOf(last => last == function) is not { } words)
            return null;
        bool isBackward = function.Contains("cutlassB", StringComparison.Ordinal) || words.Contains("bprop");
        int[]? tile = words.Select(word => KernelWords.Sizes(word)).FirstOrDefault(sizes => sizes is not null);
        return name.Describe(family, isBackward ? KernelOperator.AttentionBackward : KernelOperator.Attention) with
        {
            OperandFormat = words.Select(KernelFormats.OfWord).FirstOrDefault(format => format is not null),
            Tile = tile is null ? null : KernelWords.Extent(tile),
            Cluster = words.Select(word => KernelWords.ExtentAfter(word, "cga")).FirstOrDefault(cluster => cluster is not null),
            Architecture = words.FirstOrDefault(word => KernelWords.NumberAfter(word, "sm") is not null),
        };
    }
}
