using System.CommandLine;
using System.Diagnostics;
using PlanForensics.Cli.Json;
using PlanForensics.Cli.Output;
using PlanForensics.Simulation.Batching;
using PlanForensics.Simulation.Traffic;
using PlanForensics.Store;

namespace PlanForensics.Cli.Commands;

/// <summary><c>simulate</c>: an engine with continuous batching under a traffic trace, recorded like a real one.</summary>
internal static class SimulateCommand
{
    public static Command Create(Session session, CommandEntry entry)
    {
        TrafficOptions traffic = new();
        EngineOptions engine = new();
        Option<string> store = StoreOption.Create("the store; created when it is missing");
        Option<string> name = new("--name") { Description = "the run's name, with which its requests' ids begin", HelpName = "NAME", DefaultValueFactory = _ => "sim" };
        ToolCommand command = new(
            entry,
            "simulate --trace azure_llm_2023_conv.csv --store sim.db",
            "simulate --trace mooncake_conversation.jsonl --limit 2000 --store sim.db --tp 4 --json",
            "simulate --arrivals 500 --rate 20 --kv-pool-mb 2000 --event replication=1500@5-15 --store sim.db --seed 7")
        {
            store, name,
        };
        traffic.AddTo(command);
        engine.AddTo(command);
        return command.Runs(parsed =>
        {
            long started = Stopwatch.GetTimestamp();
            SimulationOptions options = engine.Read(parsed);
            TrafficTrace trace = traffic.Read(parsed, options.Seed);
            string run = parsed.GetRequiredValue(name);
            SimulationDocument done = Simulate(trace, options, run, parsed.GetRequiredValue(store), session) with
            {
                Seconds = Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 3),
            };
            if (parsed.WantsJson())
                session.WriteJson(done, ToolJson.Documents.SimulationDocument);
            else
                SimulationReport.Print(done, session.Report);
            return ExitCode.Same;
        });
    }

    private static SimulationDocument Simulate(TrafficTrace trace, SimulationOptions options, string run, string path, Session session)
    {
        try
        {
            _ = options.PoolBlocks;
            using ContractStore store = ContractStore.Open(path);
            SimulationSummary? summary = null;
            session.Track("simulating", trace.Requests.Count, progress => store.Record(
                EngineSimulation.Describe(trace, options, run),
                sink => summary = EngineSimulation.Run(trace, options, sink, run, progress, session.Cancellation)));
            return SimulationDocument.Of(trace, options, run, store.Path, summary!);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            throw new CannotRunException(exception.Message, exception);
        }
    }
}
