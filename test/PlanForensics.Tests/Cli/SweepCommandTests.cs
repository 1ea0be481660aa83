using System.Text.Json;
using FluentAssertions;
using PlanForensics.Tests.Simulation.Sweep;
using PlanForensics.Tests.Store;
using Xunit;

namespace PlanForensics.Tests.Cli;

public sealed class SweepCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_store_of_a_simulation_is_swept_like_the_simulation()
    {
        string prompts = Write("prompts.txt", "Behold, I will\nThen the people\n");
        string[] engine = ["--arrivals", "60", "--rate", "60", "--kv-pool-mb", "2000", "--seed", "3"];
        ToolRun.Of(["simulate", "--store", _folder.File("sim.db"), .. engine]).ExitCode.Should().Be(0);

        ToolRun own = ToolRun.Of(["sweep", "--model", SweepModel.Path, "--prompts", prompts, "--samples", "2", "--tokens", "40", "--json", .. engine]);
        ToolRun stored = ToolRun.Of("sweep", "--model", SweepModel.Path, "--prompts", prompts, "--samples", "2", "--tokens", "40", "--store", _folder.File("sim.db"), "--kv-pool-mb", "2000", "--json");

        own.ExitCode.Should().Be(1, own.Error);
        own.Json.GetProperty("regimes").ToString().Should().Be(stored.Json.GetProperty("regimes").ToString());
        own.Json.GetProperty("pins").EnumerateArray().Should().Contain(pin => pin.GetProperty("holds").GetBoolean());
        own.Json.GetProperty("cheapest_pin").GetString().Should().NotBeNullOrEmpty();
        own.Json.GetProperty("margins").GetProperty("steps").GetInt32().Should().BePositive();
    }

    [Fact]
    public void LayerCast_takes_expected_texts_from_the_prompts_file()
    {
        string prompts = Write("prompts.txt", "Woe unto the\tLORD\nBlessed are the\tno such words\n");

        JsonElement done = ToolRun.Of("sweep", "--model", SweepModel.Path, "--prompts", prompts, "--mode", "layercast", "--tokens", "8", "--json").Json;

        done.GetProperty("spread").GetProperty("accuracies").GetArrayLength().Should().Be(12);
        done.GetProperty("pinned_spread").GetProperty("std_accuracy").GetDouble().Should().Be(0);
        done.GetProperty("load_dependent").GetArrayLength().Should().Be(2);
    }

    [Fact]
    public void Text_fits_80_columns()
    {
        string prompts = Write("prompts.txt", "Behold, I will\nThen the people\n");
        foreach (string[] mode in new[] { new[] { "--mode", "mixed", "--trials", "12", "--tokens", "4" }, ["--arrivals", "20", "--rate", "30", "--samples", "1", "--tokens", "4"] })
        {
            ToolRun run = ToolRun.Of(["sweep", "--model", SweepModel.Path, "--prompts", prompts, .. mode]);

            run.Output.Should().NotBeEmpty(run.Error);
            run.Output.Split('\n').Should().OnlyContain(line => line.Length <= 80);
        }
    }

    [Theory]
    [InlineData(2, "give arrivals")]
    [InlineData(2, "--trace and --store go with --mode regimes", "--mode", "single", "--trace", "t.csv")]
    [InlineData(2, "not both", "--trace", "t.csv", "--store", "s.db")]
    [InlineData(3, "let all of them or none", "--mode", "single", "--prompts", "half")]
    [InlineData(3, "occurs twice", "--mode", "single", "--prompts", "twice")]
    [InlineData(3, "there is no file of prompts", "--mode", "single", "--prompts", "nowhere")]
    public void Wrong_requests_say_what_to_do(int code, string message, params string[] arguments)
    {
        Write("half", "a\tb\nc\n");
        Write("twice", "a\na\n");

        ToolRun run = ToolRun.Of(["sweep", "--model", SweepModel.Path, .. arguments.Select(argument => argument is "half" or "twice" ? _folder.File(argument) : argument)]);

        run.ExitCode.Should().Be(code);
        run.Error.ReplaceLineEndings(" ").Should().Contain(message);
    }

    [Fact]
    public void Cancelling_ends_with_3() =>
        ToolRun.With(new CancellationToken(canceled: true), "sweep", "--model", SweepModel.Path, "--mode", "single").ExitCode.Should().Be(3);

    private string Write(string name, string text)
    {
        File.WriteAllText(_folder.File(name), text);
        return _folder.File(name);
    }
}
