namespace PlanForensics.Regimes;

/// <summary>The execution regime of a step, in descending order of precedence after <see cref="Unknown"/>; docs/regimes.md has the rules.</summary>
public enum Regime
{
    /// <summary>Undecidable: an input that decides was not recorded.</summary>
    Unknown,

    /// <summary>The isolation mode is one of the strict ones: no batch is shared, whatever memory and queue say.</summary>
    IsolationStrict,

    /// <summary>Effective free memory over the KV pool is below its limit (0.05): pins and cache have eaten the memory.</summary>
    MemoryEvaporation,

    /// <summary>KV blocks or weights move between device and host.</summary>
    Paging,

    /// <summary>Effective free memory is below its limit (1,024 MB).</summary>
    MemoryPressured,

    /// <summary>The 95th percentile of queue times is above its limit (50 ms).</summary>
    QueueDegraded,

    /// <summary>None of these.</summary>
    Normal,
}
