namespace PlanForensics.Cli.Json;

/// <summary><c>regimes --json</c>.</summary>
internal sealed record RegimesDocument
{
    public required string Store { get; init; }

    public required TimelineDocument Timeline { get; init; }

    public required RegimeLimitsDocument Limits { get; init; }

    public required IReadOnlyList<RegimeCountDocument> Regimes { get; init; }

    public required IReadOnlyList<RegimeCountDocument> Fabric { get; init; }

    public required IReadOnlyList<string> Missing { get; init; }

    public required IReadOnlyList<string> Assumed { get; init; }

    public required IReadOnlyList<TransitionDocument> Transitions { get; init; }

    public required IReadOnlyList<TransitionDocument> FabricTransitions { get; init; }

    public required IReadOnlyList<RegimeLabelDocument> LabelFindings { get; init; }

    public IReadOnlyList<RegimeStepDocument>? Steps { get; init; }
}
