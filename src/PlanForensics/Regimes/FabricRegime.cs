namespace PlanForensics.Regimes;

/// <summary>The regime of the fabric between ranks; docs/regimes.md has the rules.</summary>
public enum FabricRegime
{
    /// <summary>Undecidable: nothing about collectives was recorded, or not enough to exclude the worse regimes.</summary>
    Unknown,

    /// <summary>The step runs no collective.</summary>
    None,

    /// <summary>The typical collective is slow, the tail is very long, or packets are lost in numbers.</summary>
    Degraded,

    /// <summary>The tail is long, ranks arrive apart, or packets are lost.</summary>
    Congested,

    /// <summary>Neither.</summary>
    Normal,
}
