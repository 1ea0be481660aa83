namespace PlanForensics.Cli.Json;

/// <summary>One stage of a chain that is not proven.</summary>
internal sealed record MissingLinkDocument
{
    public required string Event { get; init; }

    public required string Reason { get; init; }

    public required IReadOnlyList<string> Fields { get; init; }
}
