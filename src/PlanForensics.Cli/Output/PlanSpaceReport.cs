using PlanForensics.Rules.Feasibility;

namespace PlanForensics.Cli.Output;

/// <summary>Prints which plans a state left. Plans of one source with one reason stand together.</summary>
internal static class PlanSpaceReport
{
    private const int MostNames = 6;

    public static void Print(FeasibilityQuery query, PlanSpace space, IReadOnlyList<PlanFeasibility> plans, TextReport report)
    {
        report.Value("step", $"{query.State.Shape}");
        report.Prose("device", $"{query.State.Device ?? "not recorded"}{(space.Platform.ComputeCapability is { } capability ? FormattableString.Invariant($" (sm_{capability})") : "")}");
        report.Value("stack", space.Platform.Stack ?? "not recorded");
        report.Prose("workspace", space.Platform.WorkspaceLimitBytes is { } bytes ? FormattableString.Invariant($"{bytes} bytes ({space.Platform.WorkspaceEvidence})") : "not recorded");
        foreach (FeasibilityVerdict verdict in Enum.GetValues<FeasibilityVerdict>())
            Print(verdict, [.. plans.Where(plan => plan.Verdict == verdict)], report);
    }

    private static void Print(FeasibilityVerdict verdict, PlanFeasibility[] plans, TextReport report)
    {
        report.Line();
        report.Section(Heading(verdict, plans.Length), plans
            .GroupBy(plan => (plan.Source, plan.Operator, plan.Reason))
            .SelectMany(group => new[] { $"{group.Key.Operator}: {NamesOf([.. group])}", $"    {group.Key.Reason}" }));
    }

    private static string Heading(FeasibilityVerdict verdict, int count) => $"{Names.Of(verdict)}: {Numbers.Of(count)}{(verdict == FeasibilityVerdict.Unknown && count > 0 ? ", kept" : "")}";

    // What stands before a colon (a profile, a rule) is said once.
    private static string NamesOf(PlanFeasibility[] plans) => string.Join("; ", plans.GroupBy(plan => plan.Name.Contains(": ", StringComparison.Ordinal) ? plan.Name.Split(": ")[0] + ": " : "").Select(group =>
    {
        IEnumerable<string> names = group.Take(MostNames).Select(plan => plan.Name[group.Key.Length..] + (plan.Aliases.Count > 0 ? $" (+{plan.Aliases.Count})" : "") + (plan.IsRecorded ? " (recorded)" : ""));
        return group.Key + string.Join(", ", names) + (group.Count() > MostNames ? $", and {group.Count() - MostNames} more" : "");
    }));
}
