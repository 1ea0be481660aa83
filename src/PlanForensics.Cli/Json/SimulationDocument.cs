using PlanForensics.Simulation.Batching;
using PlanForensics.Simulation.Traffic;

namespace PlanForensics.Cli.Json;

/// <summary><c>simulate --json</c>.</summary>
internal sealed record SimulationDocument
{
    public required string Trace { get; init; }

    public required string Store { get; init; }

    public required string Run { get; init; }

    public required ulong Seed { get; init; }

    public required int Arrived { get; init; }

    public required int Finished { get; init; }

    public required int Running { get; init; }

    public required int Waiting { get; init; }

    public required int Rejected { get; init; }

    public required int Iterations { get; init; }

    public required long RequestSteps { get; init; }

    public required long EnteredTokens { get; init; }

    public required long GeneratedTokens { get; init; }

    public required long HitTokens { get; init; }

    public required long LostTokens { get; init; }

    public required long Preemptions { get; init; }

    public required long Evictions { get; init; }

    public required int PoolBlocks { get; init; }

    public required int PlanCount { get; init; }

    public required double SimulatedSeconds { get; init; }

    public double Seconds { get; init; }

    public static SimulationDocument Of(TrafficTrace trace, SimulationOptions options, string run, string store, SimulationSummary summary) => new()
    {
        Trace = trace.Name,
        Store = store,
        Run = run,
        Seed = options.Seed,
        Arrived = summary.Arrived,
        Finished = summary.Finished,
        Running = summary.Running,
        Waiting = summary.Waiting,
        Rejected = summary.Rejected,
        Iterations = summary.Iterations,
        RequestSteps = summary.RequestSteps,
        EnteredTokens = summary.EnteredTokens,
        GeneratedTokens = summary.GeneratedTokens,
        HitTokens = summary.HitTokens,
        LostTokens = summary.LostTokens,
        Preemptions = summary.Preemptions,
        Evictions = summary.Evictions,
        PoolBlocks = options.PoolBlocks,
        PlanCount = summary.PlanCount,
        SimulatedSeconds = summary.SimulatedSeconds,
    };
}
