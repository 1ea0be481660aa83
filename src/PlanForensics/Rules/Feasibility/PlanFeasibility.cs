using PlanForensics.Contracts;
using PlanForensics.Plans;

namespace PlanForensics.Rules.Feasibility;

/// <summary>One plan of the space, and whether it could have run.</summary>
/// <param name="Name">Its name, for example <c>split_k4</c>, <c>nvjet split_k=4 stages_id=35</c> or <c>openblas.haswell.sgemm</c>.</param>
/// <param name="Source">Where it comes from: <c>catalogue</c>, <c>cublaslt</c>, <c>serving</c> or <c>engine</c>.</param>
/// <param name="Operator">The kind of operator: <c>gemm</c>, <c>attention</c>, <c>norm</c> or <c>all_reduce</c>.</param>
/// <param name="Plan">The plan; null where only the kernel's name is known.</param>
/// <param name="Checks">Every constraint that was asked.</param>
public sealed record PlanFeasibility(string Name, string Source, string Operator, OperatorPlan? Plan, ValueList<FeasibilityCheck> Checks)
{
    /// <summary>Other names of the same entry (configurations that lower to the same order).</summary>
    public ValueList<string> Aliases { get; init; } = [];

    /// <summary>Whether the state itself names this entry (a recorded configuration).</summary>
    public bool IsRecorded { get; init; }

    /// <summary>Infeasible if a check fails, else unknown if one is open, else feasible.</summary>
    public FeasibilityVerdict Verdict => Checks.Count == 0 ? FeasibilityVerdict.Feasible : Checks.Max(check => check.Verdict);

    /// <summary>The details of the checks that made the verdict, joined by <c>; </c>; of a feasible plan without checks a sentence that says so.</summary>
    public string Reason => Checks.Count == 0
        ? "nothing recorded speaks against it"
        : string.Join("; ", Checks.Where(check => check.Verdict == Verdict).Select(check => check.Detail).Distinct());

    /// <summary>What was not recorded and would decide; empty unless the verdict is unknown.</summary>
    public ValueList<string> Missing => Verdict == FeasibilityVerdict.Unknown
        ? Checks.SelectMany(check => check.Missing).Distinct().ToValueList()
        : [];
}
