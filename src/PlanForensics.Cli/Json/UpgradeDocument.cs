namespace PlanForensics.Cli.Json;

/// <summary><c>upgrade --json</c>.</summary>
internal sealed record UpgradeDocument
{
    public required string Store { get; init; }

    public required int SchemaVersion { get; init; }
}
