using System.Diagnostics.CodeAnalysis;

namespace PlanForensics.Rules.CublasLt;

/// <summary>What the planner says about one product: a plan, or why there is none.</summary>
/// <param name="Plan">The plan, or null on a decline.</param>
/// <param name="Reason"><c>ok</c>, or why the planner declines.</param>
public sealed record CublasLtDecision(CublasLtPlan? Plan, string Reason)
{
    /// <summary>Whether there is a plan.</summary>
    [MemberNotNullWhen(true, nameof(Plan))]
    public bool IsPlanned => Plan is not null;

    internal static CublasLtDecision Of(CublasLtPlan plan) => new(plan, "ok");

    internal static CublasLtDecision Decline(string reason) => new(null, reason);
}
