using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Rules.Serving;

/// <summary>vLLM's first paged attention: one pass, or partitions of 512 tokens that a second kernel merges.</summary>
/// <remarks>One pass if the longest context has at most 8,192 tokens and either fits one partition or sequences x heads exceed 512. Source: vLLM vllm/attention/ops/paged_attn.py.</remarks>
public static class PagedAttentionVersion
{
    /// <summary>Tokens of a partition.</summary>
    public const int PartitionTokens = 512;

    /// <summary>Longest context that one pass takes.</summary>
    public const int LongestSinglePass = 8192;

    /// <summary>Sequences x heads above which one pass keeps the GPU busy.</summary>
    public const int ManyHeads = 512;

    /// <summary>The kernel for a step.</summary>
    /// <param name="longestContext">Tokens of the longest context of the batch.</param>
    /// <param name="sequences">Sequences of the batch.</param>
    /// <param name="heads">Query heads.</param>
    /// <param name="output">Format of activations.</param>
    /// <returns>The choice.</returns>
    public static KernelChoice Choose(int longestContext, int sequences, int heads, NumericFormat output)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(longestContext, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(sequences, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        bool single = longestContext <= LongestSinglePass && (longestContext <= PartitionTokens || (long)sequences * heads > ManyHeads);
        string reason = $"longest context {longestContext}, {sequences} x {heads} = {(long)sequences * heads} heads";
        return single
            ? new KernelChoice("v1", reason, PlanCatalog.PagedAttention(0, output))
            : new KernelChoice("v2", reason, PlanCatalog.PagedAttention(PartitionTokens, output));
    }
}
