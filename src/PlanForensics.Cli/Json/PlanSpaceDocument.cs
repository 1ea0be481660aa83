using System.Text.Json;
using PlanForensics.Contracts;
using PlanForensics.Rules.Feasibility;

namespace PlanForensics.Cli.Json;

/// <summary>The document of <c>feasible --json</c>.</summary>
internal sealed record PlanSpaceDocument
{
    public required JsonElement State { get; init; }

    public required string Device { get; init; }

    public required int? ComputeCapability { get; init; }

    public required string? Stack { get; init; }

    public required string? CublasltVersion { get; init; }

    public required long? WorkspaceLimitBytes { get; init; }

    public required string? WorkspaceEvidence { get; init; }

    public required int FeasibleCount { get; init; }

    public required int UnknownCount { get; init; }

    public required int InfeasibleCount { get; init; }

    public required FeasiblePlanDocument[] Plans { get; init; }

    public static PlanSpaceDocument Of(FeasibilityQuery query, PlanSpace space, IReadOnlyList<PlanFeasibility> plans) => new()
    {
        State = JsonDocument.Parse(ContractJson.Format(query.State)).RootElement,
        Device = Output.Names.Of(space.Platform.Device),
        ComputeCapability = space.Platform.ComputeCapability,
        Stack = space.Platform.Stack,
        CublasltVersion = space.Platform.CublasLtVersion,
        WorkspaceLimitBytes = space.Platform.WorkspaceLimitBytes,
        WorkspaceEvidence = space.Platform.WorkspaceEvidence,
        FeasibleCount = plans.Count(plan => plan.Verdict == FeasibilityVerdict.Feasible),
        UnknownCount = plans.Count(plan => plan.Verdict == FeasibilityVerdict.Unknown),
        InfeasibleCount = plans.Count(plan => plan.Verdict == FeasibilityVerdict.Infeasible),
        Plans = [.. plans.Select(FeasiblePlanDocument.Of)],
    };
}
