using PlanForensics.Regimes.Cost;

namespace PlanForensics.Cli.Json;

/// <summary>A step's time in three parts, in milliseconds.</summary>
internal sealed record StepTimeDocument
{
    public required double? ComputeMs { get; init; }

    public required double? CommMs { get; init; }

    public required double? SyncMs { get; init; }

    public static StepTimeDocument Of(StepTime time) => new() { ComputeMs = time.ComputeMs, CommMs = time.CommMs, SyncMs = time.SyncMs };
}
