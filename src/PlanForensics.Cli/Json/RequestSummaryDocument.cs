using PlanForensics.Store;

namespace PlanForensics.Cli.Json;

/// <summary>One request of a store.</summary>
internal sealed record RequestSummaryDocument
{
    public required string RequestId { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }

    public required DateTimeOffset? CompletedAt { get; init; }

    public required string Model { get; init; }

    public required long StepCount { get; init; }

    public required long? PromptTokenCount { get; init; }

    public required string? PromptTokenHash { get; init; }

    public required long DroppedSteps { get; init; }

    public static RequestSummaryDocument Of(ContractSummary summary) => new()
    {
        RequestId = summary.RequestId,
        RecordedAt = summary.RecordedAt,
        CompletedAt = summary.CompletedAt,
        Model = summary.ModelName,
        StepCount = summary.StepCount,
        PromptTokenCount = summary.TokenCount,
        PromptTokenHash = summary.TokenHash,
        DroppedSteps = summary.DroppedSteps,
    };
}
