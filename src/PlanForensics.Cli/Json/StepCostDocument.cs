using PlanForensics.Regimes.Cost;

namespace PlanForensics.Cli.Json;

/// <summary>One step of <c>cost --json</c>; times in milliseconds, absent where not known.</summary>
internal sealed record StepCostDocument
{
    public required string? Replica { get; init; }

    public required int Index { get; init; }

    public required int Rank { get; init; }

    public required double? RecordedMs { get; init; }

    public required double? PredictedMs { get; init; }

    public required double? ResidualMs { get; init; }

    public required StepTimeDocument Recorded { get; init; }

    public required StepTimeDocument Predicted { get; init; }

    public required double? KeyValueBytes { get; init; }

    public required double? MessageBytes { get; init; }

    public required IReadOnlyList<string> Missing { get; init; }

    public static StepCostDocument Of(StepCost cost) => new()
    {
        Replica = cost.Step.Replica,
        Index = cost.Step.Index,
        Rank = cost.Step.Rank,
        RecordedMs = cost.Recorded.TotalMs,
        PredictedMs = cost.Predicted.TotalMs,
        ResidualMs = cost.ResidualMs,
        Recorded = StepTimeDocument.Of(cost.Recorded),
        Predicted = StepTimeDocument.Of(cost.Predicted),
        KeyValueBytes = cost.KeyValueBytes,
        MessageBytes = cost.MessageBytes,
        Missing = [.. cost.Missing],
    };
}
