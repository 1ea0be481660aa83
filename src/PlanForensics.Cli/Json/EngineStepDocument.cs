using PlanForensics.Regimes;

namespace PlanForensics.Cli.Json;

/// <summary>Names an engine step.</summary>
internal sealed record EngineStepDocument
{
    public required int Step { get; init; }

    public string? Replica { get; init; }

    public required int Rank { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The first request of the batch.</summary>
    public required string RequestId { get; init; }

    /// <summary>The request's step index.</summary>
    public required int RequestStep { get; init; }

    public static EngineStepDocument Of(EngineStep step)
    {
        EngineStepMember first = step.Members[0];
        return new EngineStepDocument { Step = step.Index, Replica = step.Replica, Rank = step.Rank, StartedAt = step.StartedAt, RequestId = first.RequestId, RequestStep = first.StepIndex };
    }
}
