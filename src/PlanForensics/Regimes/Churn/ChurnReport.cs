namespace PlanForensics.Regimes.Churn;

/// <summary>Plan churn of a timeline, by regime and by window.</summary>
public sealed record ChurnReport
{
    /// <summary>The regimes and transitions that it is told by.</summary>
    public required RegimeHistory History { get; init; }

    /// <summary>How it was measured.</summary>
    public required ChurnOptions Options { get; init; }

    /// <summary>The regimes that occurred, in order of precedence, over the whole timeline.</summary>
    public required IReadOnlyList<ChurnGroup> Regimes { get; init; }

    /// <summary>The same for windows of consecutive steps, by replica, then step.</summary>
    public required IReadOnlyList<ChurnWindow> Windows { get; init; }

    /// <summary>Ranks on another pathway than their peers, by first step.</summary>
    public required IReadOnlyList<RankPathwayFinding> RankFindings { get; init; }

    /// <summary>Drift between requests of equal x.</summary>
    public required DriftReport Drift { get; init; }
}
