using System.Diagnostics;
using System.Text.Json;
using FluentAssertions;
using PlanForensics.Tests.Store;
using Xunit;

namespace PlanForensics.Tests.Cli;

public sealed class SimulateCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Store => _folder.File("sim.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Poisson_arrivals_become_a_store_that_list_and_show_read()
    {
        JsonElement done = ToolRun.Of(
            "simulate", "--arrivals", "40", "--rate", "200", "--prompt-tokens", "10-400", "--output-tokens", "5-40", "--kv-pool-mb", "60", "--tp", "2", "--classes", "2", "--max-waiting", "15",
            "--event", "replication=20@0.05-0.2", "--event", "strict@0.2-0.3", "--seed", "9", "--store", Store, "--json").Json;

        int Number(string name) => done.GetProperty(name).GetInt32();
        (Number("finished") + Number("rejected") + Number("running") + Number("waiting")).Should().Be(Number("arrived")).And.Be(40);
        Number("finished").Should().BePositive();
        Number("preemptions").Should().BePositive();
        ToolRun.Of("list", "--store", Store, "--json").Json.GetProperty("requests").EnumerateArray().Sum(request => request.GetProperty("step_count").GetInt64())
            .Should().Be(2 * done.GetProperty("request_steps").GetInt64());
        ToolRun.Of("show", "sim-000003", "--store", Store, "--steps").Output.Should().Contain("sim-000003").And.Contain("prefill");
        ToolRun.Of("simulate", "--arrivals", "3", "--rate", "20", "--store", Store, "--name", "again").ExitCode.Should().Be(0);
    }

    [Fact]
    public void The_Azure_trace_is_simulated_within_its_time()
    {
        string trace = SharedData.PathOf("traces", "azure_llm_2023_conv.csv");
        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;

        JsonElement done = ToolRun.Of("simulate", "--trace", trace, "--store", Store, "--json").Json;

        // 19,366 arrivals; every prompt token and every output token but the last enters the model once.
        done.GetProperty("finished").GetInt32().Should().Be(19366);
        done.GetProperty("generated_tokens").GetInt64().Should().Be(4088665);
        (done.GetProperty("entered_tokens").GetInt64() + done.GetProperty("hit_tokens").GetInt64()).Should().Be(22361870 + 4088665 - 19366);
        done.GetProperty("preemptions").GetInt64().Should().Be(0);
        (Process.GetCurrentProcess().TotalProcessorTime - before).Should().BeLessThan(TimeSpan.FromSeconds(60), "30 s are allowed on an idle machine; other tests run beside this one");
    }

    [Theory]
    [InlineData(2, "give arrivals", "simulate", "--store", "x.db")]
    [InlineData(2, "take both", "simulate", "--store", "x.db", "--rate", "3")]
    [InlineData(2, "--rate goes with Poisson arrivals", "simulate", "--store", "x.db", "--trace", "t.csv", "--rate", "3")]
    [InlineData(2, "no disturbance", "simulate", "--store", "x.db", "--arrivals", "1", "--rate", "3", "--event", "storm@1-2")]
    [InlineData(2, "names rank 4", "simulate", "--store", "x.db", "--arrivals", "1", "--rate", "3", "--event", "slow_rank=4:2@1-2")]
    [InlineData(3, "there is no trace", "simulate", "--store", "x.db", "--trace", "nowhere.csv")]
    [InlineData(3, "holds 0 blocks", "simulate", "--store", "x.db", "--arrivals", "1", "--rate", "3", "--kv-pool-mb", "0.1")]
    [InlineData(3, "do not divide", "simulate", "--store", "x.db", "--arrivals", "1", "--rate", "3", "--tp", "3")]
    public void Wrong_requests_say_what_to_do(int code, string message, params string[] arguments)
    {
        ToolRun run = ToolRun.Of([.. arguments.Select(argument => argument == "x.db" ? Store : argument)]);

        run.ExitCode.Should().Be(code);
        run.Error.ReplaceLineEndings(" ").Should().Contain(message);
        run.Output.Should().BeEmpty();
    }

    [Fact]
    public void Cancelling_ends_with_3()
    {
        ToolRun.With(new CancellationToken(canceled: true), "simulate", "--arrivals", "3", "--rate", "3", "--store", Store).ExitCode.Should().Be(3);
        SqliteRows.Read(Store, "SELECT count(*) FROM v_engine_runs").Should().Equal("0");
    }
}
