namespace PlanForensics.Cli.Json;

/// <summary><c>export --out FILE --json</c>.</summary>
internal sealed record ExportDocument
{
    public required string Store { get; init; }

    public required string File { get; init; }

    public required long Exported { get; init; }
}
