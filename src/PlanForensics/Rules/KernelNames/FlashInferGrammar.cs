namespace PlanForensics.Rules.KernelNames;

/// <summary>FlashInfer's attention: <c>BatchDecodeWithPagedKVCacheKernel&lt;position encoding, stages, ...&gt;</c> and <c>BatchPrefillWith...&lt;KernelTraits&lt;mask, tile of queries, ...&gt;&gt;</c>.</summary>
internal sealed class FlashInferGrammar : IKernelGrammar
{
    // One matrix instruction spans 16 keys and 16 elements of the head.
    private const int MmaSide = 16;

    public KernelDescription? Describe(KernelName name)
    {
        string function = name.Function;
        if (!name.Root.Name.Contains("flashinfer::", StringComparison.Ordinal) && !function.Contains("WithPagedKVCache", StringComparison.Ordinal)
            && !function.Contains("WithRaggedKVCache", StringComparison.Ordinal))
            return null;
        if (function.Contains("MergeStates", StringComparison.Ordinal) || function.Contains("MergeState", StringComparison.Ordinal))
            return name.Describe("flashinfer", KernelOperator.AttentionCombine);
        if (!function.Contains("KVCache", StringComparison.Ordinal))
            return null;
        KernelDescription description = name.Describe("flashinfer", KernelOperator.Attention);
        if (function.Contains("Decode", StringComparison.Ordinal))
            return description with { Stages = name.Root.Arguments.Count > 6 ? name.Root.At(1)?.Number : null };
        return name.Root.Find(last => last is "KernelTraits") is { Arguments.Count: >= 13 } traits ? Prefill(description, traits) : description;
    }

    // mask, tile Q, mma Q, mma KV, mma D (QK), mma D (VO), warps Q, warps KV, position encoding, Q, KV, O, accumulator
    private static KernelDescription Prefill(KernelDescription description, KernelNode traits)
    {
        int? Product(int a, int b) => traits.At(a)?.Number is > 0 and <= 4096 and int x && traits.At(b)?.Number is > 0 and <= 4096 and int y ? x * y : null;
        return description with
        {
            Tile = new KernelExtent(traits.At(1)?.Number, Product(3, 7) * MmaSide, traits.At(4)?.Number is > 0 and <= 4096 and int depth ? depth * MmaSide : null),
            OperandFormat = KernelFormats.OfType(traits.At(9)) is { } q && q == KernelFormats.OfType(traits.At(10)) ? q : null,
            OutputFormat = KernelFormats.OfType(traits.At(11)),
            AccumulatorFormat = KernelFormats.OfType(traits.At(12)),
        };
    }
}
