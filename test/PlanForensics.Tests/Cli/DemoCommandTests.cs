using System.Text.Json;
using FluentAssertions;
using Xunit;

namespace PlanForensics.Tests.Cli;

public sealed class DemoCommandTests(Incident incident) : IClassFixture<Incident>
{
    [Fact]
    public void A_completion_that_depends_on_the_batch_size_is_explained_and_kept()
    {
        string store = incident.PathOf("demo.db");
        ToolRun run = Demo("Go ye into the", "--tokens", "14", "--store", store, "--json");

        run.Error.Should().BeEmpty();
        run.ExitCode.Should().Be(0);
        run.Json.GetProperty("diverging_count").GetInt32().Should().Be(1);
        run.Json.GetProperty("pinned_different_count").GetInt32().Should().Be(0);
        JsonElement postmortem = run.Json.GetProperty("postmortem");
        postmortem.GetProperty("state").GetString().Should().Be("explained");
        JsonElement sideA = postmortem.GetProperty("side_a");
        sideA.GetProperty("matching").EnumerateArray().Select(index => sideA.GetProperty("classes")[index.GetInt32()].GetProperty("members")[0].GetString())
            .Should().Contain("split_k4");
        postmortem.GetProperty("bisection").GetProperty("groups").GetArrayLength().Should().BePositive();
        ToolRun.Of("diff", "--store", store, "batch1-00", "batch4-00").Should().Match<ToolRun>(diff => diff.ExitCode == 1 && diff.Output.Contains("flip"));
        ToolRun.Of("diff", "--store", store, "batch1-00-pinned", "batch4-00-pinned").ExitCode.Should().Be(0);
    }

    [Fact]
    public void Where_nothing_diverges_it_says_so()
    {
        ToolRun run = Demo("In the beginning", "--tokens", "2", "--batch", "3");

        run.ExitCode.Should().Be(0);
        run.Output.Should().Contain("at batch sizes 1 and 3").And.Contain("0 completions").And.Contain("no completion depends on the batch size here");
    }

    [Fact]
    public void A_store_that_exists_is_left_alone()
    {
        Demo("In the beginning", "--store", incident.StorePath).Should().Match<ToolRun>(run => run.ExitCode == 3 && run.Error.Contains("--store takes a new store"));
        ToolRun.Of("list", "--store", incident.StorePath, "--json").Json.GetProperty("requests").GetArrayLength().Should().Be(4);
    }

    [Fact]
    public void Missing_prompts_and_a_cancelled_run_end_with_3()
    {
        ToolRun.Of("demo", "--model", Incident.ModelPath, "--prompts", incident.PathOf("none.txt")).ExitCode.Should().Be(3);
        Demo("  ").Should().Match<ToolRun>(run => run.ExitCode == 3 && run.Error.Contains("holds no prompt"));
        ToolRun.With(new CancellationToken(canceled: true), "demo", "--model", Incident.ModelPath, "--tokens", "2").ExitCode.Should().Be(3);
    }

    private ToolRun Demo(string prompt, params string[] more) =>
        ToolRun.Of(["demo", "--model", Incident.ModelPath, "--prompts", incident.Write($"prompts-{prompt.Trim().Length}.txt", prompt + "\n"), .. more]);
}
