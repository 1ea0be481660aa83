namespace PlanForensics.Cli.Json;

/// <summary>A damaged line that an import left out.</summary>
internal sealed record SkippedLineDocument
{
    public required long Line { get; init; }

    public required long Column { get; init; }

    public required string Reason { get; init; }
}
