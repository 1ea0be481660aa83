namespace PlanForensics.Rules.Serving;

/// <summary>pegainfer's decode attention: small padded batches split the keys, larger ones do not.</summary>
/// <remarks>Split up to a padded batch of 32; the older rule split from a longest context of 1,024 tokens. Source: pegainfer issues 414, 428, 435, 449, 613, 623, 437.</remarks>
public static class PegainferDecode
{
    /// <summary>Largest padded batch that splits.</summary>
    public const int SplitBatch = 32;

    /// <summary>Longest context from which the older rule splits.</summary>
    public const int OlderSplitContext = 1024;

    /// <summary>The kernel for a decode step.</summary>
    /// <param name="paddedBatch">Batch after padding.</param>
    /// <returns>The choice; chunks depend on the build's pinned context, so no plan is given.</returns>
    public static KernelChoice Choose(int paddedBatch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(paddedBatch, 1);
        return paddedBatch <= SplitBatch
            ? new KernelChoice("split_kv", $"padded batch {paddedBatch} <= {SplitBatch}")
            : new KernelChoice("non_partition", $"padded batch {paddedBatch} > {SplitBatch}");
    }

    /// <summary>The kernel for a decode step of the older build.</summary>
    /// <param name="longestContext">Tokens of the longest context of the batch.</param>
    /// <returns>The choice.</returns>
    public static KernelChoice ChooseOlder(int longestContext)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(longestContext, 1);
        return longestContext >= OlderSplitContext
            ? new KernelChoice("split_kv", $"longest context {longestContext} >= {OlderSplitContext}")
            : new KernelChoice("non_partition", $"longest context {longestContext} < {OlderSplitContext}");
    }
}
