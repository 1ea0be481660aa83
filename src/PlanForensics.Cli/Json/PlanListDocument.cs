namespace PlanForensics.Cli.Json;

/// <summary><c>plan list --json</c>.</summary>
internal sealed record PlanListDocument
{
    public required IReadOnlyList<PlanListEntry> Plans { get; init; }
}
