using System.CommandLine;
using PlanForensics.Attribution;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Contracts;
using PlanForensics.Replay;
using PlanForensics.Store;

namespace PlanForensics.Cli.Commands;

/// <summary><c>attribute</c>: which class of candidate plans made the recorded bits.</summary>
internal static class AttributeCommand
{
    public static Command Create(Session session)
    {
        Argument<string> request = new("REQUEST") { Description = "the recorded request's id" };
        Option<string> store = StoreOption.Create("the store");
        Option<string> model = ModelOption.Create();
        Option<string> candidates = CandidateList.Option();
        ScheduleOptions formats = new();
        Option<int?> steps = new("--steps") { Description = "steps to compare at most; default all", HelpName = "N", CustomParser = ReplayOptions.ParseCount };
        Option<bool> full = new("--full") { Description = "replay every class to its end, not only to its first difference" };
        ToolCommand command = new(
            "attribute",
            "finds the class of candidate plans that made a request's recorded bits, with three controls",
            "attribute request-1 --store incident.db --model model --activations bf16",
            "attribute request-1 --store incident.db --model model --candidates phases --activations bf16",
            "attribute request-1 --store incident.db --model model --candidates candidates.txt --json")
        {
            request, store, model, candidates,
        };
        formats.AddTo(command);
        command.Add(steps);
        command.Add(full);
        return command.Runs(parsed =>
        {
            AttributionOptions options = new() { MaximumSteps = parsed.GetValue(steps), StopAtFirstDifference = !parsed.GetValue(full) };
            using ContractStore opened = StoreAccess.OpenToRead(parsed.GetRequiredValue(store));
            ExecutionContract recorded = opened.Require(parsed.GetRequiredValue(request));
            IReadOnlyList<PlanSchedule> plans = formats.ReadCandidates(parsed, parsed.GetRequiredValue(candidates), recorded);
            (ReplayModel ready, _) = ModelOption.Load(parsed.GetRequiredValue(model));
            AttributionVerdict verdict = session.TrackStages(
                "attributing", progress => PlanAttribution.Run(Engines.WithMemo(), ready, recorded, plans, options, progress, session.Cancellation));
            if (parsed.WantsJson())
                session.WriteJson(AttributionDocument.Of(verdict), ToolJson.Documents.AttributionDocument);
            else
                AttributionReport.Print(verdict, session.Report);
            return ExitOf(verdict.State);
        });
    }

    private static ExitCode ExitOf(AttributionState state) => state switch
    {
        AttributionState.Identified or AttributionState.Ambiguous => ExitCode.Same,
        AttributionState.Unexplained => ExitCode.Different,
        _ => ExitCode.CannotRun,
    };
}
