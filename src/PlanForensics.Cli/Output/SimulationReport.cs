using System.Globalization;
using PlanForensics.Cli.Json;

namespace PlanForensics.Cli.Output;

/// <summary>Prints what a simulation came to.</summary>
internal static class SimulationReport
{
    public static void Print(SimulationDocument done, TextReport report)
    {
        string Seconds(double seconds) => seconds.ToString("#,0.0", CultureInfo.InvariantCulture) + " s";
        report.Value("run", $"{done.Run}: {done.Trace}, seed {done.Seed}");
        report.Prose("requests", $"{Numbers.Of(done.Arrived)} arrived: {Numbers.Of(done.Finished)} finished, {Numbers.Of(done.Rejected)} rejected, "
            + $"{Numbers.Of(done.Running)} running and {Numbers.Of(done.Waiting)} waiting at the end");
        report.Prose("steps", $"{Numbers.Count(done.Iterations, "iteration")}, {Numbers.Count(done.RequestSteps, "step")} of requests, in {Seconds(done.SimulatedSeconds)} simulated");
        report.Prose("tokens", $"{Numbers.Of(done.GeneratedTokens)} generated; {Numbers.Of(done.EnteredTokens)} entered the model, {Numbers.Of(done.HitTokens)} came from the prefix cache");
        report.Prose("memory", $"{Numbers.Count(done.PoolBlocks, "block")}; {Numbers.Count(done.Preemptions, "preemption")} lost {Numbers.Count(done.LostTokens, "token")}; "
            + $"{Numbers.Count(done.Evictions, "cached block")} evicted");
        report.Value("plans", $"{Numbers.Of(done.PlanCount)} different");
        report.Value("store", done.Store);
        report.Value("took", Seconds(done.Seconds));
    }
}
