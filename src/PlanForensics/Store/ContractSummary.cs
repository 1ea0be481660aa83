namespace PlanForensics.Store;

/// <summary>One request of a store, without its steps.</summary>
/// <param name="RequestId">Name of the request.</param>
/// <param name="RecordedAt">When recording began (UTC).</param>
/// <param name="CompletedAt">When the request completed (UTC); null when it did not, or the recording ended before.</param>
/// <param name="ModelName">Name of the model.</param>
/// <param name="StepCount">Steps in the store, over all ranks.</param>
/// <param name="TokenCount">Tokens of the effective request; null when not recorded.</param>
/// <param name="TokenHash">Hash of those tokens, as text; null when not recorded.</param>
/// <param name="DroppedSteps">Steps that the recorder had to drop.</param>
public sealed record ContractSummary(
    string RequestId,
    DateTimeOffset RecordedAt,
    DateTimeOffset? CompletedAt,
    string ModelName,
    long StepCount,
    long? TokenCount,
    string? TokenHash,
    long DroppedSteps);
