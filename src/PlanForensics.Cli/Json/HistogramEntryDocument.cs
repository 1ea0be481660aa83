namespace PlanForensics.Cli.Json;

/// <summary>How often a value occurred.</summary>
internal sealed record HistogramEntryDocument
{
    public required string Value { get; init; }

    public required int Count { get; init; }
}
