using System.CommandLine;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Regimes;
using PlanForensics.Store;

namespace PlanForensics.Cli.Commands;

/// <summary><c>regimes</c>: in which regime each engine step ran, and what pushed it there.</summary>
internal static class RegimesCommand
{
    public static Command Create(Session session, CommandEntry entry)
    {
        Option<string> store = StoreOption.Create("the store");
        Option<bool> steps = new("--steps") { Description = "list every engine step" };
        Option<int> limit = new("--limit") { Description = "most transitions to print, 0 for all; --json has all", HelpName = "ROWS", DefaultValueFactory = _ => 20 };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 0)
                result.AddError("--limit takes 0 or more rows");
        });
        RegimeOptions options = new();
        ToolCommand command = new(
            entry,
            "regimes --store incident.db",
            "regimes --store incident.db --queue-p95-ms 80 --steps",
            "regimes --store incident.db --json")
        {
            store, steps, limit,
        };
        options.AddTo(command);
        return command.Runs(parsed => Run(parsed, parsed.GetRequiredValue(store), options.Read(parsed), parsed.GetValue(steps), parsed.GetValue(limit), session));
    }

    private static ExitCode Run(ParseResult parsed, string path, RegimeThresholds limits, bool withSteps, int limit, Session session)
    {
        using ContractStore store = StoreAccess.OpenToRead(path);
        RegimeHistory history = new RegimeClassifier(limits).Classify(StepTimeline.Read(store, session.Cancellation));
        if (parsed.WantsJson())
            session.WriteJson(RegimesReport.Document(store.Path, history, withSteps), ToolJson.Documents.RegimesDocument);
        else
            RegimesReport.Print(session.Report, store.Path, history, withSteps, limit);
        return ExitCode.Same;
    }
}
