namespace PlanForensics.Reporting.Facts;

/// <summary>Everything that a report says, before it is HTML, Markdown or JSON; the JSON form is this record.</summary>
internal sealed record ReportFacts
{
    /// <summary>Version of the JSON form: fields are added under one version, never renamed.</summary>
    public int ReportVersion { get; init; } = 1;

    public required string Tool { get; init; }

    /// <summary>request, comparison or incident.</summary>
    public required string Kind { get; init; }

    public required string Title { get; init; }

    public required VerdictFacts Verdict { get; init; }

    /// <summary>What was found, one statement a line, the most important first.</summary>
    public required IReadOnlyList<StatementFacts> Findings { get; init; }

    /// <summary>What the record does not hold, and what that costs.</summary>
    public required IReadOnlyList<StatementFacts> Missing { get; init; }

    public required IReadOnlyList<SideFacts> Sides { get; init; }

    public required IReadOnlyList<FlipFacts> Flips { get; init; }

    public required IReadOnlyList<AttributionFacts> Attributions { get; init; }

    public required LayerFacts? Layers { get; init; }

    public required OperatorSearchFacts? Operators { get; init; }

    public required PinFacts? Pin { get; init; }

    public required CauseFacts? Causes { get; init; }

    public required IReadOnlyList<RequestDifferenceFacts> RequestDifferences { get; init; }

    /// <summary>Every plan that a step recorded, by its fingerprint.</summary>
    public required IReadOnlyList<PlanFacts> Plans { get; init; }
}
