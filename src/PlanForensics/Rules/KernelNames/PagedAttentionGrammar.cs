namespace PlanForensics.Rules.KernelNames;

/// <summary>
/// vLLM: <c>paged_attention_v1|v2_kernel&lt;scalar, cache, head dimension, block, threads, ..., [partition]&gt;</c>, <c>paged_attention_v2_reduce_kernel</c>,
/// and the unified attention of its Triton backend (<c>3d</c> splits the keys into segments, <c>2d</c> does not).
/// </summary>
internal sealed class PagedAttentionGrammar : IKernelGrammar
{
    public KernelDescription? Describe(KernelName name)
    {
        string function = name.Function;
        if (function.Contains("unified_attention", StringComparison.Ordinal) || function.StartsWith("reduce_segments", StringComparison.Ordinal))
            return Unified(name);
        int at = function.IndexOf("paged_attention_", StringComparison.Ordinal);
        if (at < 0)
            return null;
        bool isReduce = function.Contains("reduce", StringComparison.Ordinal);
        bool isSecond = function.Contains("_v2", StringComparison.Ordinal);
        if (name.EndsInsideName && !isReduce)
            return name.Describe("paged_attention", null);
        KernelNode[] numbers = [.. name.Root.Arguments.Where(node => node.Number is not null)];
        KernelDescription description = name.Describe("paged_attention", isReduce ? KernelOperator.AttentionCombine : KernelOperator.Attention) with
        {
            SplitK = isSecond ? new KernelSplit(true) : null,
            OperandFormat = KernelFormats.OfType(name.Root.At(0)),
        };
        if (numbers.Length == 0)
            return description;
        return isReduce
            ? description with { Tile = new KernelExtent(null, null, numbers[0].Number) }
            : description with { Tile = new KernelExtent(null, numbers.ElementAtOrDefault(1)?.Number, numbers[0].Number) };
    }

    private static KernelDescription Unified(KernelName name)
    {
        bool isReduce = name.Function.StartsWith("reduce_segments", StringComparison.Ordinal);
        return name.Describe("unified_attention", isReduce ? KernelOperator.AttentionCombine : KernelOperator.Attention) with
        {
            SplitK = isReduce || name.Function.EndsWith("_3d", StringComparison.Ordinal) ? new KernelSplit(true)
                : name.Function.EndsWith("_2d", StringComparison.Ordinal) ? new KernelSplit(false)
                : null,
        };
    }
}
