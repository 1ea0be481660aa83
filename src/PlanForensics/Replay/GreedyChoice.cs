using PlanForensics.Plans;

namespace PlanForensics.Replay;

/// <summary>The greedy token of a row of logits.</summary>
public static class GreedyChoice
{
    /// <summary>Picks the largest logit; a NaN is larger than every number; the tie rule decides among equals. -0 equals +0.</summary>
    /// <param name="logits">At least one logit.</param>
    /// <param name="tie">The tie rule.</param>
    /// <returns>The token id.</returns>
    /// <exception cref="ArgumentException">There are no logits.</exception>
    public static int Of(ReadOnlySpan<float> logits, TieRule tie)
    {
        if (logits.IsEmpty)
            throw new ArgumentException("a choice needs at least one logit", nameof(logits));
        int best = 0;
        for (int token = 1; token < logits.Length; token++)
        {
            int order = Compare(logits[token], logits[best]);
            if (order > 0 || (order == 0 && tie == TieRule.Last))
                best = token;
        }

        return best;
    }

    private static int Compare(float left, float right)
    {
        if (float.IsNaN(left) || float.IsNaN(right))
            return float.IsNaN(left).CompareTo(float.IsNaN(right));
        return left > right ? 1 : left < right ? -1 : 0;
    }
}
