namespace PlanForensics.Reporting.Facts;

/// <summary>The drift of one layer in one step.</summary>
internal sealed record LayerCellFacts
{
    public required int StepIndex { get; init; }

    public required string Layer { get; init; }

    public required string Record { get; init; }

    public required long Elements { get; init; }

    public required long DifferentElements { get; init; }

    /// <summary>Absent where a NaN has no distance.</summary>
    public required long? MedianUlps { get; init; }

    /// <summary>Absent where a NaN stands against a number.</summary>
    public required long? MaxUlps { get; init; }
}
