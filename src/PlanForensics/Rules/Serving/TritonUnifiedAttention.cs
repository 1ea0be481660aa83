namespace PlanForensics.Rules.Serving;

/// <summary>vLLM's Triton attention: one program a query block, or 16 segments of the keys that a second kernel joins.</summary>
/// <remarks>Segments only for batches of decode steps (every query has one token) with no more sequences than 128 / key heads. Source: vLLM vllm/attention/ops/triton_unified_attention.py.</remarks>
public static class TritonUnifiedAttention
{
    /// <summary>Segments of the keys.</summary>
    public const int Segments = 16;

    /// <summary>Programs below which segments are used: 128.</summary>
    public const int FewPrograms = 128;

    /// <summary>The kernel for a step.</summary>
    /// <param name="longestQuery">Longest query of the batch.</param>
    /// <param name="sequences">Sequences of the batch.</param>
    /// <param name="keyHeads">Key heads.</param>
    /// <returns>The choice; the blocks of a segment depend on tuning, so no plan is given.</returns>
    public static KernelChoice Choose(int longestQuery, int sequences, int keyHeads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(longestQuery, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(sequences, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(keyHeads, 1);
        int threshold = FewPrograms / keyHeads;
        return longestQuery == 1 && sequences <= threshold
            ? new KernelChoice("3d", $"decode with {sequences} <= {threshold} sequences: {Segments} segments")
            : new KernelChoice("2d", longestQuery > 1 ? $"a query of {longestQuery} tokens" : $"{sequences} > {threshold} sequences");
    }
}
