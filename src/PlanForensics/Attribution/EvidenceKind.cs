namespace PlanForensics.Attribution;

/// <summary>What was recorded of a step to compare with, weakest first.</summary>
public enum EvidenceKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The chosen token only. Weak: a margin hides most differences in bits.</summary>
    Tokens,

    /// <summary>The bits of a few largest logits. Weak: they can show that bits differ, never that all are equal.</summary>
    TopLogits,

    /// <summary>Hashes of hidden states, no logits.</summary>
    HiddenStates,

    /// <summary>SHA-256 of all logit bytes: equal or not, without a distance.</summary>
    LogitsHash,

    /// <summary>All logits: distances in ulps.</summary>
    Logits,
}
