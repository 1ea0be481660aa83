namespace PlanForensics.Plans;

/// <summary>How scores, softmax and weighted values are organised.</summary>
public enum AttentionAlgorithm
{
    /// <summary>All scores, their maximum, exponentials and sum, then the weighted values (<c>naive</c>).</summary>
    Naive,

    /// <summary>Online softmax over blocks of keys; each new maximum rescales the running sum and output (<c>online</c>).</summary>
    Online,

    /// <summary>Keys split into parts, each an online softmax, merged in order (<c>split_kv</c>).</summary>
    SplitKv,
}
