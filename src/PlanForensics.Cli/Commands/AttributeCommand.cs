using System.CommandLine;
using System.Diagnostics;
using PlanForensics.Attribution;
using PlanForensics.Attribution.Incidents;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Cli.Tokenizers;
using PlanForensics.Contracts;
using PlanForensics.Gpu;
using PlanForensics.Incidents;
using PlanForensics.Models;
using PlanForensics.Replay;
using PlanForensics.Store;

namespace PlanForensics.Cli.Commands;

/// <summary><c>attribute</c>: which class of candidate plans made the recorded bits.</summary>
internal static class AttributeCommand
{
    public static Command Create(Session session, CommandEntry entry)
    {
        Argument<string?> request = new("REQUEST") { Description = "the recorded request's id", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> store = StoreOption.CreateOptional("the store");
        Option<string?> incident = new("--incident") { Description = "a whole recorded incident (whole-incident/1), instead of REQUEST and --store", HelpName = "DIR" };
        Option<string> model = ModelOption.Create();
        Option<string> candidates = CandidateList.Option();
        ScheduleOptions formats = new();
        Option<int?> steps = new("--steps") { Description = "steps to compare at most; default all", HelpName = "N", CustomParser = ReplayOptions.ParseCount };
        Option<bool> full = new("--full") { Description = "replay every class to its end, not only to its first difference" };
        Option<bool> all = new("--all-candidates") { Description = "replay also candidates that the recorded state rules out (see feasible)" };
        Option<string> device = DeviceOption.Create();
        ToolCommand command = new(
            entry,
            "attribute request-1 --store incident.db --model model",
            "attribute request-1 --store incident.db --model model --activations bf16",
            "attribute request-1 --store incident.db --model model --candidates phases --activations bf16",
            "attribute request-1 --store incident.db --model model --candidates candidates.txt --json",
            "attribute request-1 --store serving.db --model model --candidates openblas,probe:/usr/lib/x86_64-linux-gnu/libopenblas.so.0 --activations bf16",
            "attribute --incident incidents/flip --model model")
        {
            request, store, incident, model, candidates,
        };
        formats.AddTo(command);
        command.Add(steps);
        command.Add(full);
        command.Add(all);
        command.Add(device);
        return command.Runs(parsed =>
        {
            if (parsed.GetValue(incident) is { } folder)
            {
                if (parsed.GetValue(request) is not null || parsed.GetValue(store) is not null)
                    throw new UsageException("--incident stands instead of REQUEST and --store");
                return RunIncident(parsed, folder, parsed.GetRequiredValue(model), parsed.GetRequiredValue(device), parsed.GetValue(full), session);
            }

            if (parsed.GetValue(request) is not { } id || parsed.GetValue(store) is not { } database)
                throw new UsageException("expected REQUEST and --store DB, or --incident DIR");
            AttributionOptions options = new() { MaximumSteps = parsed.GetValue(steps), StopAtFirstDifference = !parsed.GetValue(full), NarrowsByState = !parsed.GetValue(all) };
            using ContractStore opened = StoreAccess.OpenToRead(database);
            ExecutionContract recorded = opened.Require(id);
            (ReplayModel ready, _) = ModelOption.Load(parsed.GetRequiredValue(model), recorded);
            CandidateSet plans = formats.ReadCandidates(parsed, parsed.GetRequiredValue(candidates), ready.Source, session, recorded);
            options = options with { Allowed = plans.Allowed };
            using EngineLease lease = Engines.On(parsed.GetRequiredValue(device), shares: true);
            AttributionVerdict verdict = session.TrackStages(
                "attributing", progress => PlanAttribution.Run(lease.Engine, ready, recorded, plans.Plans, options, progress, session.Cancellation));
            if (parsed.WantsJson())
                session.WriteJson(AttributionDocument.Of(verdict, plans.Source), ToolJson.Documents.AttributionDocument);
            else
                AttributionReport.Print(verdict, session.Report, plans.Source);
            return ExitOf(verdict.State);
        });
    }

    private static ExitCode RunIncident(ParseResult parsed, string folder, string modelFolder, string device, bool full, Session session)
    {
        long started = Stopwatch.GetTimestamp();
        WholeIncident incident = WholeIncident.Load(folder);
        incident.CheckModel(modelFolder);
        ReplayModel model = IncidentAttribution.ModelOf(DecoderModel.Load(modelFolder), incident);
        ModelTokenizer tokenizer = ModelTokenizer.Load(modelFolder);
        using EngineLease lease = Engines.On(device, shares: true);
        var options = new IncidentOptions { Kernels = (lease.Engine as GpuReplayEngine)?.Kernels };
        if (full)
            options = options with { ShareSteps = null };
        IncidentVerdict verdict = session.TrackStages(
            "attributing", progress => IncidentAttribution.Run(lease.Engine, model, incident, options, progress, session.Cancellation));
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (parsed.WantsJson())
            session.WriteJson(IncidentDocument.Of(verdict, seconds), ToolJson.Documents.IncidentDocument);
        else
            IncidentReport.Print(verdict, tokenizer, seconds, session.Report);
        return verdict.Runs.Select(run => ExitOf(run.State)).Max();
    }

    internal static ExitCode ExitOf(AttributionState state) => state switch
    {
        AttributionState.Identified or AttributionState.Ambiguous => ExitCode.Same,
        AttributionState.Unexplained => ExitCode.Different,
        _ => ExitCode.CannotRun,
    };
}
