using System.CommandLine;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Regimes;
using PlanForensics.Regimes.Churn;
using PlanForensics.Store;

namespace PlanForensics.Cli.Commands;

/// <summary><c>churn</c>: how plans change, by regime and window.</summary>
internal static class ChurnCommand
{
    public static Command Create(Session session, CommandEntry entry)
    {
        Option<string> store = StoreOption.Create("the store");
        Option<int> window = new("--window") { Description = "engine steps of a window, in each replica", HelpName = "STEPS", DefaultValueFactory = _ => new ChurnOptions().WindowSteps };
        window.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError("--window takes 1 step or more");
        });
        ExpectationOption expectation = new();
        RegimeOptions options = new();
        ToolCommand command = new(
            entry,
            "churn --store incident.db",
            "churn --store incident.db --expect algorithm_id=21 --window 100",
            "churn --store incident.db --json")
        {
            store, window,
        };
        expectation.AddTo(command);
        options.AddTo(command);
        return command.Runs(parsed => Run(
            parsed, parsed.GetRequiredValue(store), options.Read(parsed), new ChurnOptions { WindowSteps = parsed.GetValue(window), Expected = expectation.Read(parsed) }, session));
    }

    private static ExitCode Run(ParseResult parsed, string path, RegimeThresholds limits, ChurnOptions options, Session session)
    {
        using ContractStore store = StoreAccess.OpenToRead(path);
        RegimeHistory history = new RegimeClassifier(limits).Classify(StepTimeline.Read(store, session.Cancellation));
        ChurnReport churn = PlanChurn.Measure(history, options, session.Cancellation);
        if (parsed.WantsJson())
            session.WriteJson(ChurnText.Document(store.Path, churn), ToolJson.Documents.ChurnDocument);
        else
            ChurnText.Print(session.Report, store.Path, churn);
        return ExitCode.Same;
    }
}
