using System.Globalization;
using PlanForensics.Regimes.Causes;

namespace PlanForensics.Cli.Output;

/// <summary>Prints chains of causes.</summary>
internal static class CausesReport
{
    public static void Print(CauseReport causes, TextReport report)
    {
        report.Line(causes.Chains.Count == 0 ? "no chain of causes is proven" : Numbers.Count(causes.Chains.Count, "chain") + " of causes");
        foreach (CausalChain chain in causes.Chains)
            Print(chain, report);
        if (causes.Standing.Count > 0)
        {
            report.Line();
            foreach (string standing in causes.Standing)
                report.Prose("throughout", standing);
        }

        if (causes.Unrecorded.Count == 0)
            return;
        report.Line();
        report.Section("not recorded, so not looked for", causes.Unrecorded.GroupBy(stage => (stage.Event, string.Join(", ", stage.Fields)))
            .Select(group => $"{Names.InWords(group.Key.Event)} ({string.Join(", ", group.Select(stage => Names.InWords(stage.Kind)).Distinct())}): record {group.Key.Item2}"));
    }

    private static void Print(CausalChain chain, TextReport report)
    {
        report.Line();
        report.Line($"{Names.InWords(chain.Kind)}{(chain.Replica is { } replica ? $", replica {replica}" : "")}{(chain.IsComplete ? "" : ", in part")}");
        report.Prose("earliest", $"{Names.InWords(chain.EarliestCause.Event)} at step {Numbers.Of(chain.EarliestCause.StepIndex)} is the earliest cause that is proven; chance {(chain.Chance < 1e-300 ? "below 1E-300" : chain.Chance.ToString("G2", CultureInfo.InvariantCulture))}");
        ReportTable table = new(">step", "time", ">for", "what happened");
        foreach (CausalLink link in chain.Links)
            table.Add(
                Numbers.Of(link.StepIndex), link.StartedAt is { } at ? at.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture) : "-", Numbers.Of(link.Iterations),
                $"{Names.InWords(link.Event)}{(link.Rank is { } rank ? $", rank {rank}" : "")}: {link.Evidence}");
        report.Table(table);
        foreach (MissingLink missing in chain.Missing)
            report.Prose("missing", $"{Names.InWords(missing.Event)}: {missing.Reason}{(missing.Fields.Count > 0 ? $"; record {string.Join(", ", missing.Fields)}" : "")}");
    }
}
