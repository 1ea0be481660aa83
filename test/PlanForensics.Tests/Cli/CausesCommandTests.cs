using System.Text.Json;
using FluentAssertions;
using PlanForensics.Regimes.Causes;
using PlanForensics.Simulation.Batching;
using PlanForensics.Simulation.Traffic;
using PlanForensics.Store;
using PlanForensics.Tests.Models;
using PlanForensics.Tests.Regimes;
using PlanForensics.Tests.Regimes.Causes;
using Xunit;

namespace PlanForensics.Tests.Cli;

public sealed class CausesCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_chain_is_printed_with_steps_times_evidence_and_what_is_missing()
    {
        string store = Store(ChainKind.BackPressure, state => state with { FallbackCount = null });

        ToolRun run = ToolRun.Of("causes", "--store", store);

        run.ExitCode.Should().Be(0, run.Error);
        run.Output.Split('\n').Should().OnlyContain(line => line.Length <= 80);
        string words = string.Join(' ', run.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        words.Should().StartWith("1 chain of causes back pressure, in part earliest collective inflated at step 151 is the earliest cause that is proven; chance ");
        words.Should().Contain("12:00:01.510").And.Contain("missing rank fallback: not recorded; record fallback_count, requantize_count");
    }

    [Fact]
    public void Json_has_every_link_and_limits_are_options()
    {
        string store = Store(ChainKind.Residency, state => state);

        ToolRun run = ToolRun.Of("causes", "--store", store, "--json");
        JsonElement chain = run.Json.GetProperty("chains").EnumerateArray().Should().ContainSingle().Subject;

        chain.GetProperty("kind").GetString().Should().Be("residency");
        chain.GetProperty("is_complete").GetBoolean().Should().BeTrue();
        chain.GetProperty("links").EnumerateArray().Select(link => (link.GetProperty("event").GetString(), link.GetProperty("step_index").GetInt32()))
            .Should().Equal(("l2_hit_rate_fell", 150), ("step_slow", 151), ("batch_changed", 154));
        ToolRun.Of("causes", "--store", store, "--slow-step", "2", "--json").Json.GetProperty("chains").GetArrayLength().Should().Be(0);
        ToolRun.Of("causes", "--store", store, "--within", "1", "--json").Json.GetProperty("chains").GetArrayLength().Should().Be(0);
    }

    [Fact]
    public void A_simulated_slow_rank_is_found_where_and_when_it_was_and_an_undisturbed_engine_has_no_chain()
    {
        CausalChainOf(Disturbance.Parse("slow_rank=2:3@1-2")).Should().BeEquivalentTo(new { Kind = "straggler", Rank = 2, Second = 1 });
        CausalChainOf().Should().BeNull();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(2, "--store", "x.db", "--within", "0")]
    [InlineData(2, "--store", "x.db", "--slow-rank", "0.5")]
    [InlineData(2, "--store", "x.db", "--chance", "-1")]
    [InlineData(3, "--store", "x.db")]
    public void Wrong_lines_print_no_result(int exitCode, params string[] arguments)
    {
        ToolRun run = ToolRun.Of(["causes", .. arguments]);

        run.ExitCode.Should().Be(exitCode, run.Error);
        run.Output.Should().BeEmpty();
    }

    private Found? CausalChainOf(params Disturbance[] disturbances)
    {
        string path = Path.Combine(_folder.Path, $"sim{disturbances.Length}.db");
        TrafficTrace trace = new("test", DateTimeOffset.UnixEpoch, Enumerable.Range(0, 60).Select(index => new TrafficRequest { ArrivalTicks = index * 500_000, PromptTokens = 100 + (index * 37 % 400), OutputTokens = 16 + (index % 60) }));
        SimulationOptions options = new() { TensorParallel = 4, Seed = 3, Disturbances = [.. disturbances] };
        using (ContractStore store = ContractStore.Open(path))
            store.Record(EngineSimulation.Describe(trace, options), sink => EngineSimulation.Run(trace, options, sink));
        JsonElement[] chains = [.. ToolRun.Of("causes", "--store", path, "--json").Json.GetProperty("chains").EnumerateArray()];
        if (chains.Length == 0)
            return null;
        chains.Should().ContainSingle();
        JsonElement first = chains[0].GetProperty("links")[0];
        return new Found(chains[0].GetProperty("kind").GetString()!, first.GetProperty("rank").GetInt32(), (int)Math.Round((first.GetProperty("started_at").GetDateTimeOffset() - DateTimeOffset.UnixEpoch).TotalSeconds));
    }

    private string Store(ChainKind kind, Func<PlanForensics.Contracts.StepState, PlanForensics.Contracts.StepState> change)
    {
        string path = Path.Combine(_folder.Path, $"{kind}.db");
        Scene scene = Scene.Of(kind);
        using ContractStore store = ContractStore.Open(path);
        store.Write(Records.Contract("a", Enumerable.Range(0, Scene.Iterations).SelectMany(index => scene[index]).Select(change)));
        return path;
    }

    private sealed record Found(string Kind, int Rank, int Second);
}
