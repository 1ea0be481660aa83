using System.Collections.Immutable;
using System.Globalization;

namespace PlanForensics.Plans;

/// <summary>Plans whose programs are equal: they give equal bits on every input, so one replay stands for all of them. Two classes may still agree on a given input.</summary>
public sealed class PlanClass
{
    private PlanClass(PlanFingerprint program, ImmutableArray<string> members) => (Program, Members) = (program, members);

    /// <summary>Fingerprint of the program, or of the programs at all sites.</summary>
    public PlanFingerprint Program { get; }

    /// <summary>Labels of the plans, in the order in which they were given.</summary>
    public ImmutableArray<string> Members { get; }

    /// <summary>Groups lowered operators by program.</summary>
    /// <param name="candidates">A label and a program each.</param>
    /// <returns>The classes, in order of their first members.</returns>
    public static ImmutableArray<PlanClass> Group(IEnumerable<(string Label, OperatorProgram Program)> candidates)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        return Collect(candidates.Select(candidate => (candidate.Label, candidate.Program.Fingerprint)));
    }

    /// <summary>Groups whole execution plans by their programs at every site.</summary>
    /// <param name="candidates">A label and an execution plan each.</param>
    /// <param name="sites">The operators that run, with their shapes.</param>
    /// <returns>The classes, in order of their first members.</returns>
    /// <exception cref="PlanNotSupportedException">A plan has no rule for a site, or its plan there is not lowered at that shape.</exception>
    public static ImmutableArray<PlanClass> Group(IEnumerable<(string Label, ExecutionPlan Plan)> candidates, IReadOnlyList<PlanSite> sites)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(sites);
        var lowered = new Dictionary<(string Plan, OperatorShape Shape), string>();
        return Collect(candidates.Select(candidate => (candidate.Label, Fingerprint(candidate.Plan, sites, lowered))));
    }

    private static PlanFingerprint Fingerprint(ExecutionPlan plan, IReadOnlyList<PlanSite> sites, Dictionary<(string Plan, OperatorShape Shape), string> lowered) =>
        PlanFingerprint.Of(string.Join('\n', sites.Select(site =>
        {
            OperatorPlan chosen = plan.GetPlan(site.Phase, site.Layer, site.Role);
            if (!lowered.TryGetValue((chosen.Text, site.Shape), out string? program))
                lowered[(chosen.Text, site.Shape)] = program = chosen.Lower(site.Shape).Fingerprint.Hex;
            return string.Create(CultureInfo.InvariantCulture, $"{PlanNames.Of(site.Phase)} {site.Layer} {OperatorRoles.NameOf(site.Role)} {program}");
        })));

    private static ImmutableArray<PlanClass> Collect(IEnumerable<(string Label, PlanFingerprint Program)> candidates) =>
        [.. candidates.GroupBy(candidate => candidate.Program).Select(group => new PlanClass(group.Key, [.. group.Select(candidate => candidate.Label)]))];
}
