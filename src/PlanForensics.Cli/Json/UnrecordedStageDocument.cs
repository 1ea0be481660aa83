namespace PlanForensics.Cli.Json;

/// <summary>A stage that could not be looked for.</summary>
internal sealed record UnrecordedStageDocument
{
    public required string Kind { get; init; }

    public required string Event { get; init; }

    public required string? Replica { get; init; }

    public required IReadOnlyList<string> Fields { get; init; }
}
