namespace PlanForensics.Regimes.Causes;

/// <summary>Which chain of causes was looked for; docs/causes.md lists their stages.</summary>
public enum ChainKind
{
    /// <summary>A slow rank makes its group wait (<c>straggler</c>).</summary>
    Straggler,

    /// <summary>A rank's fallback shrinks the batch and changes the tactic (<c>back_pressure</c>).</summary>
    BackPressure,

    /// <summary>Pins take the memory of the cache (<c>memory_evaporation</c>).</summary>
    MemoryEvaporation,

    /// <summary>The working set leaves the L2 cache (<c>residency</c>).</summary>
    Residency,

    /// <summary>A stricter posture takes the scheduler's freedom (<c>isolation</c>).</summary>
    Isolation,
}
