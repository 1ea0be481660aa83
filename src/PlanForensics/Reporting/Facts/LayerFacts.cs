namespace PlanForensics.Reporting.Facts;

/// <summary>How far two plans drift apart, layer by layer and step by step.</summary>
internal sealed record LayerFacts
{
    public required string PlanA { get; init; }

    public required string PlanB { get; init; }

    public required string Compared { get; init; }

    public required IReadOnlyList<string> Layers { get; init; }

    public required IReadOnlyList<LayerCellFacts> Cells { get; init; }
}
