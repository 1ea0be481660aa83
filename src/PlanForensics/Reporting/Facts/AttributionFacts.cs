namespace PlanForensics.Reporting.Facts;

/// <summary>Which class of plans made one side's bits.</summary>
internal sealed record AttributionFacts
{
    public required string Side { get; init; }

    public required string State { get; init; }

    public required string Explanation { get; init; }

    public required string Evidence { get; init; }

    /// <summary>Classes that were compared.</summary>
    public required int ClassesCompared { get; init; }

    /// <summary>Classes that reproduce every compared step.</summary>
    public required int ClassesMatching { get; init; }

    /// <summary>Some that match, then the nearest of those that do not.</summary>
    public required IReadOnlyList<ClassFacts> Classes { get; init; }

    /// <summary>Classes that are not listed.</summary>
    public required int ClassesLeftOut { get; init; }

    public required IReadOnlyList<StatementFacts> Controls { get; init; }

    public required IReadOnlyList<StatementFacts> Notes { get; init; }
}
