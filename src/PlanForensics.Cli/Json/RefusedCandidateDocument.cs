using PlanForensics.Attribution;

namespace PlanForensics.Cli.Json;

/// <summary>A candidate that could not be replayed.</summary>
internal sealed record RefusedCandidateDocument
{
    public required string Name { get; init; }

    public required int StepIndex { get; init; }

    public required string? Operator { get; init; }

    public required string Reason { get; init; }

    public required bool IsInfeasible { get; init; }

    public static RefusedCandidateDocument Of(RefusedCandidate refused) =>
        new() { Name = refused.Name, StepIndex = refused.StepIndex, Operator = refused.Operator, Reason = refused.Reason, IsInfeasible = refused.IsInfeasible };
}
