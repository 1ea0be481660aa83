namespace PlanForensics.Probing;

/// <summary>What a probe came to.</summary>
public enum ProbeOutcome
{
    /// <summary>Every output's order is known as a tree, and no measurement contradicts it.</summary>
    Recovered,

    /// <summary>The same call gave different answers: no single order exists (atomics, arrival order, uninitialised memory).</summary>
    NotDeterministic,

    /// <summary>Answers repeat but fit no tree: compensated or exact sums, orders that depend on the values, or a format wider than the masks allow for.</summary>
    Inconsistent,

    /// <summary>The formats cannot hold masks and counts, or the operator does not count: nothing was recovered.</summary>
    TooNarrow,
}
