namespace PlanForensics.Cli.Json;

/// <summary><c>churn --json</c>.</summary>
internal sealed record ChurnDocument
{
    public required string Store { get; init; }

    public required TimelineDocument Timeline { get; init; }

    public required RegimeLimitsDocument Limits { get; init; }

    public required int WindowSteps { get; init; }

    public required ExpectationDocument Expected { get; init; }

    public required IReadOnlyList<ChurnGroupDocument> Regimes { get; init; }

    public required IReadOnlyList<RankPathwayDocument> RankFindings { get; init; }

    public required DriftDocument Drift { get; init; }

    public required IReadOnlyList<ChurnWindowDocument> Windows { get; init; }
}
