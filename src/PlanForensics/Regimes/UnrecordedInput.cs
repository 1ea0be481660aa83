namespace PlanForensics.Regimes;

/// <summary>What an input that was not recorded means.</summary>
public enum UnrecordedInput
{
    /// <summary>
    /// A feature (isolation, pins, paging) that the replica recorded nowhere is taken for absent, and the verdict says so; a measurement (free memory, pool, queue time), or a
    /// feature that was recorded at other steps, is unknown: if it could change the regime, the regime is unknown. The default.
    /// </summary>
    AbsentFeatures,

    /// <summary>Every input that was not recorded is unknown: if it could change the regime, the regime is unknown.</summary>
    Unknown,

    /// <summary>A rule whose input was not recorded does not apply, and the verdict says so.</summary>
    Ignored,
}
