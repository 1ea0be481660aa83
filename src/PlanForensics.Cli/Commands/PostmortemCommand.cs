using System.CommandLine;
using PlanForensics.Attribution;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Cli.Tokenizers;
using PlanForensics.Contracts;
using PlanForensics.Replay;
using PlanForensics.Store;

namespace PlanForensics.Cli.Commands;

/// <summary><c>postmortem</c>: why two recorded runs of one request differ, from the effective requests to the pin.</summary>
internal static class PostmortemCommand
{
    public static Command Create(Session session, CommandEntry entry)
    {
        Argument<string> a = new("REQUEST_A") { Description = "side A's request" };
        Argument<string> b = new("REQUEST_B") { Description = "side B's request" };
        Option<string> store = StoreOption.Create("the store");
        Option<string> model = ModelOption.Create();
        Option<string> candidates = CandidateList.Option();
        ScheduleOptions formats = new();
        Option<int?> steps = new("--steps") { Description = "steps to compare at most; default all", HelpName = "N", CustomParser = ReplayOptions.ParseCount };
        Option<string> device = DeviceOption.Create();
        ToolCommand command = new(
            entry,
            "postmortem batch1-01 batch4-01 --store demo.db --model samples/models/kjv-1m --candidates phases --activations bf16",
            "postmortem request-1 request-2 --store incident.db --model model --candidates candidates.txt --json")
        {
            a, b, store, model, candidates,
        };
        formats.AddTo(command);
        command.Add(steps);
        command.Add(device);
        return command.Runs(parsed =>
        {
            AttributionOptions options = new() { MaximumSteps = parsed.GetValue(steps), StopAtFirstDifference = true };
            using ContractStore opened = StoreAccess.OpenToRead(parsed.GetRequiredValue(store));
            ExecutionContract sideA = opened.Require(parsed.GetRequiredValue(a));
            ExecutionContract sideB = opened.Require(parsed.GetRequiredValue(b));
            (ReplayModel ready, ModelTokenizer tokenizer) = ModelOption.Load(parsed.GetRequiredValue(model), sideA, sideB);
            CandidateSet plans = formats.ReadCandidates(parsed, parsed.GetRequiredValue(candidates), ready.Source, session, sideA, sideB);
            options = options with { Allowed = plans.Allowed };
            using EngineLease lease = Engines.On(parsed.GetRequiredValue(device), shares: true);
            PostmortemResult result = session.TrackStages(
                "explaining", progress => Postmortem.Run(lease.Engine, ready, sideA, sideB, plans.Plans, options, progress, session.Cancellation));
            if (parsed.WantsJson())
                session.WriteJson(PostmortemDocument.Of(result, tokenizer, plans.Source)!, ToolJson.Documents.PostmortemDocument);
            else
                PostmortemReport.Print(result, tokenizer, session.Report, plans.Source);
            return ExitOf(result.State);
        });
    }

    internal static ExitCode ExitOf(PostmortemState state) => state switch
    {
        PostmortemState.NoDifference => ExitCode.Same,
        PostmortemState.Unexplained => ExitCode.CannotRun,
        _ => ExitCode.Different,
    };
}
