namespace PlanForensics.Plans;

/// <summary>How the parts of a split-KV attention are joined.</summary>
public enum AttentionMerge
{
    /// <summary>Maxima, sums and unnormalised outputs are rescaled to the largest maximum and added (<c>totals</c>).</summary>
    Totals,

    /// <summary>
    /// Each part is normalised and hands on the logarithm of its sum; outputs are weighted by <c>exp(lse_i - lse)</c> (<c>log_sum_exp</c>). FlashAttention's combine kernel works so.
    /// </summary>
    LogSumExp,
}
