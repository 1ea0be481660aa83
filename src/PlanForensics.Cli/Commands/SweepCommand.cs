using System.CommandLine;
using System.Diagnostics;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Cli.Tokenizers;
using PlanForensics.Models;
using PlanForensics.Regimes;
using PlanForensics.Replay;
using PlanForensics.Simulation.Batching;
using PlanForensics.Simulation.Dispatch;
using PlanForensics.Simulation.Sweep;
using PlanForensics.Simulation.Traffic;
using PlanForensics.Store;

namespace PlanForensics.Cli.Commands;

/// <summary><c>sweep</c>: what load does to a model's answers, by real replays.</summary>
internal static class SweepCommand
{
    private const int DefaultArrivals = 2000;

    public static Command Create(Session session, CommandEntry entry)
    {
        TrafficOptions traffic = new();
        EngineOptions engine = new();
        Option<string> model = ModelOption.Create();
        Option<string?> prompts = new("--prompts") { Description = "prompts, one a line; after a tab, text that a right answer contains; default: sixteen that suit the sample model", HelpName = "FILE" };
        Option<string?> store = StoreOption.CreateOptional("sample the steps of this store instead of a simulation's");
        Option<string> mode = new("--mode") { Description = "regimes, or the protocols single, mixed, prefix (SGLang), layercast", DefaultValueFactory = _ => "regimes" };
        mode.AcceptOnlyFromAmong("regimes", "single", "mixed", "prefix", "layercast");
        Option<int?> samples = new("--samples") { Description = "steps sampled from each regime; default 8", HelpName = "N", CustomParser = ReplayOptions.ParseCount };
        Option<int?> tokens = new("--tokens") { Description = "tokens of an answer at most; default 24, in the protocols 100", HelpName = "N", CustomParser = ReplayOptions.ParseCount };
        Option<int?> trials = new("--trials") { Description = "trials of single, mixed and prefix; default 50", HelpName = "N", CustomParser = ReplayOptions.ParseCount };
        ToolCommand command = new(
            entry,
            "sweep --model samples/models/kjv-1m --trace azure_llm_2023_conv.csv --speed 4",
            "sweep --model samples/models/kjv-1m --arrivals 200 --rate 40 --kv-pool-mb 2000",
            "sweep --model samples/models/kjv-1m --mode single --trials 50 --json")
        {
            model, prompts, store, mode, samples, tokens, trials,
        };
        traffic.AddTo(command);
        engine.AddTo(command);
        return command.Runs(parsed =>
        {
            long started = Stopwatch.GetTimestamp();
            SimulationOptions options = engine.Read(parsed);
            string chosen = parsed.GetRequiredValue(mode);
            bool isRegimes = chosen == "regimes";
            if (isRegimes && parsed.GetValue(store) is not null && parsed.GetValue(traffic.Trace) is not null)
                throw new UsageException("give --trace or --store, not both");
            if (!isRegimes && (parsed.GetValue(store) is not null || parsed.GetValue(traffic.Trace) is not null))
                throw new UsageException($"--mode {chosen} makes its own batches; --trace and --store go with --mode regimes");
            TrafficTrace? trace = isRegimes && parsed.GetValue(store) is null ? traffic.Read(parsed, options.Seed, DefaultArrivals) : null;
            (ReplayModel ready, ModelTokenizer tokenizer) = ModelOption.Load(parsed.GetRequiredValue(model));
            SweepPromptFile file = SweepPromptFile.Read(parsed.GetValue(prompts), tokenizer, ready.Configuration.ContextLength);
            PathRunner runner = new(Engines.WithMemo(), ready, parsed.GetValue(tokens) ?? (isRegimes ? 24 : 100));
            ServedModel shape = ServedModel.Of(ready.Configuration, "replayed");
            SweepDocument done;
            try
            {
                done = session.TrackSweep(chosen, progress => chosen switch
                {
                    "regimes" => SweepDocument.Of(RegimeSweep.Run(
                        runner, shape, file.Prompts, Timeline(trace, parsed.GetValue(store), options, session), options,
                        new SweepOptions { SamplesPerRegime = parsed.GetValue(samples) ?? 8 }, progress, session.Cancellation)),
                    "layercast" => SweepDocument.Of(ConfigurationSpread.Run(runner, shape, options.Device, file.Prompts, file.Scorer, null, progress, session.Cancellation), tokenizer),
                    _ => SweepDocument.Of(BatchProtocol.Run(
                        runner, new DispatchRules(shape, options.Device), options.Device, Enum.Parse<ProtocolMode>(chosen, ignoreCase: true), file.Prompts, parsed.GetValue(trials) ?? 50,
                        options.Seed, progress, session.Cancellation), tokenizer),
                });
            }
            catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
            {
                throw new CannotRunException(exception.Message, exception);
            }

            done = done with { Mode = chosen, Prompts = file.Prompts.Count, Replays = runner.RunCount, Seconds = Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 3) };
            if (parsed.WantsJson())
                session.WriteJson(done, ToolJson.Documents.SweepDocument);
            else
                SweepReport.Print(done, session.Report);
            return done.Differs ? ExitCode.Different : ExitCode.Same;
        });
    }

    private static StepTimeline Timeline(TrafficTrace? trace, string? path, SimulationOptions options, Session session)
    {
        if (path is not null)
        {
            using ContractStore store = StoreAccess.OpenToRead(path);
            return StepTimeline.Read(store, session.Cancellation);
        }

        SimulatedTimeline run = new();
        EngineSimulation.Run(trace!, options, run, cancellation: session.Cancellation);
        return StepTimeline.Read(run, session.Cancellation);
    }
}
