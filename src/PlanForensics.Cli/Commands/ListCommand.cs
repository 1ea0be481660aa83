using System.CommandLine;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Store;

namespace PlanForensics.Cli.Commands;

/// <summary><c>list</c>: the requests of a store.</summary>
internal static class ListCommand
{
    public static Command Create(Session session, CommandEntry entry)
    {
        Option<string> store = StoreOption.Create("the store");
        return new ToolCommand(entry, "list --store incident.db") { store }
            .Runs(parsed => Run(parsed, parsed.GetRequiredValue(store), session));
    }

    private static ExitCode Run(ParseResult parsed, string path, Session session)
    {
        using ContractStore store = StoreAccess.OpenToRead(path);
        IReadOnlyList<ContractSummary> requests = store.List();
        if (parsed.WantsJson())
        {
            session.WriteJson(
                new RequestListDocument { Store = store.Path, Requests = [.. requests.Select(RequestSummaryDocument.Of)] }, ToolJson.Documents.RequestListDocument);
            return ExitCode.Same;
        }

        if (requests.Count == 0)
        {
            session.Report.Line("no requests");
            return ExitCode.Same;
        }

        ReportTable table = new("request", "recorded", "model", ">prompt", ">steps", ">dropped");
        foreach (ContractSummary request in requests)
        {
            table.Add(
                request.RequestId,
                Numbers.Time(request.RecordedAt),
                request.ModelName,
                request.TokenCount is { } tokens ? Numbers.Of(tokens) : "?",
                Numbers.Of(request.StepCount),
                Numbers.Of(request.DroppedSteps));
        }

        session.Report.Table(table);
        return ExitCode.Same;
    }
}
