namespace PlanForensics.Plans;

/// <summary>What an online softmax hands from one block of keys to the next.</summary>
public enum AttentionCarry
{
    /// <summary>Each block is summed by itself; its sums are added to the rescaled totals (<c>totals</c>).</summary>
    Totals,

    /// <summary>
    /// The accumulators run on: a block's products continue from the rescaled output as they do in a matrix unit's accumulator, each lane of the sum continues from its own
    /// rescaled total, and lanes are merged once, after the last block (<c>accumulators</c>). FlashAttention 2 and 3 work so.
    /// </summary>
    Accumulators,
}
