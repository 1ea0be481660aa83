using PlanForensics.Contracts;

namespace PlanForensics.Rules.Feasibility;

/// <summary>One constraint, asked of one plan.</summary>
/// <param name="Constraint">Which one: <c>shape</c>, <c>matrix_unit</c>, <c>workspace</c>, <c>alignment</c>, <c>ranks</c>, <c>switches</c>, <c>device</c>, <c>library</c>, <c>rule</c>.</param>
/// <param name="Verdict">What it says.</param>
/// <param name="Detail">The numbers that decided, or what would decide.</param>
/// <param name="Missing">Names of what was not recorded, as contracts and options spell them; empty unless the verdict is unknown.</param>
public sealed record FeasibilityCheck(string Constraint, FeasibilityVerdict Verdict, string Detail, ValueList<string> Missing)
{
    internal static FeasibilityCheck Holds(string constraint, string detail) => new(constraint, FeasibilityVerdict.Feasible, detail, []);

    internal static FeasibilityCheck Fails(string constraint, string detail) => new(constraint, FeasibilityVerdict.Infeasible, detail, []);

    internal static FeasibilityCheck Open(string constraint, string detail, params IEnumerable<string> missing) =>
        new(constraint, FeasibilityVerdict.Unknown, detail, missing.ToValueList());
}
