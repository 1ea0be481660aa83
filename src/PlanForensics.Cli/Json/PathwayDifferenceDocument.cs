namespace PlanForensics.Cli.Json;

/// <summary>A field in which a rank differs from its peers.</summary>
internal sealed record PathwayDifferenceDocument
{
    public required string Field { get; init; }

    public string? Value { get; init; }

    public string? Peers { get; init; }
}
