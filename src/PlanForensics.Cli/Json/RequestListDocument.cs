namespace PlanForensics.Cli.Json;

/// <summary><c>list --json</c>.</summary>
internal sealed record RequestListDocument
{
    public required string Store { get; init; }

    public required IReadOnlyList<RequestSummaryDocument> Requests { get; init; }
}
