namespace PlanForensics.Probing;

/// <summary>How the pairs that are measured are chosen.</summary>
public enum ProbeAlgorithm
{
    /// <summary>One term against all others, then each group alike: n - 1 measurements for a chain, at most n(n-1)/2.</summary>
    Full,

    /// <summary>Every pair: n(n-1)/2 measurements. Slower, and a check on the other: no choice depends on an earlier answer.</summary>
    Basic,
}
