namespace PlanForensics.Cli.Json;

/// <summary>A report that was written into a file.</summary>
internal sealed record ReportWrittenDocument
{
    public required string File { get; init; }

    public required string Format { get; init; }

    public required long Bytes { get; init; }

    public required string Sha256 { get; init; }
}
