using PlanForensics.Rules.Feasibility;

namespace PlanForensics.Cli.Json;

/// <summary>One constraint of a plan in <c>feasible --json</c>.</summary>
internal sealed record FeasibilityCheckDocument
{
    public required string Constraint { get; init; }

    public required string Verdict { get; init; }

    public required string Detail { get; init; }

    public required IReadOnlyList<string> Missing { get; init; }

    public static FeasibilityCheckDocument Of(FeasibilityCheck check) =>
        new() { Constraint = check.Constraint, Verdict = Output.Names.Of(check.Verdict), Detail = check.Detail, Missing = [.. check.Missing] };
}
