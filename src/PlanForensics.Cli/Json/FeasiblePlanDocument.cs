using PlanForensics.Rules.Feasibility;

namespace PlanForensics.Cli.Json;

/// <summary>One plan of <c>feasible --json</c>.</summary>
internal sealed record FeasiblePlanDocument
{
    public required string Name { get; init; }

    public required string Source { get; init; }

    public required string Operator { get; init; }

    public required string Verdict { get; init; }

    public required string Reason { get; init; }

    public required IReadOnlyList<string> Missing { get; init; }

    public required string? Plan { get; init; }

    public required IReadOnlyList<string> Aliases { get; init; }

    public required bool IsRecorded { get; init; }

    public required FeasibilityCheckDocument[] Checks { get; init; }

    public static FeasiblePlanDocument Of(PlanFeasibility plan) => new()
    {
        Name = plan.Name,
        Source = plan.Source,
        Operator = plan.Operator,
        Verdict = Output.Names.Of(plan.Verdict),
        Reason = plan.Reason,
        Missing = [.. plan.Missing],
        Plan = plan.Plan?.Text,
        Aliases = [.. plan.Aliases],
        IsRecorded = plan.IsRecorded,
        Checks = [.. plan.Checks.Select(FeasibilityCheckDocument.Of)],
    };
}
