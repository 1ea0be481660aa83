using System.Text.Json;
using FluentAssertions;
using Xunit;

namespace PlanForensics.Tests.Cli;

public sealed class ReplayCommandTests(Incident incident) : IClassFixture<Incident>
{
    [Theory]
    [InlineData("b1-p0")]
    [InlineData("b4-p1")]
    public void The_recorded_plans_reproduce_every_bit(string request)
    {
        ToolRun run = Replay(request, "recorded");

        run.Error.Should().BeEmpty();
        run.ExitCode.Should().Be(0);
        run.Output.Should().Contain("4 of 4 steps bitwise equal").And.Contain("same: the plan reproduces every recorded bit");
        run.Output.Split('\n').Should().OnlyContain(line => line.Length <= 80);
    }

    [Fact]
    public void The_batch_of_four_ran_the_sequential_plan_and_no_other()
    {
        ToolRun right = Replay("b4-p0", "sequential_fma", "--activations", "fp32", "--json");
        ToolRun wrong = Replay("b4-p0", "gemm split_k=4", "--activations", "fp32", "--json");

        right.ExitCode.Should().Be(0);
        right.Json.GetProperty("verdict").GetString().Should().Be("equal");
        wrong.ExitCode.Should().Be(1);
        wrong.Json.GetProperty("different_count").GetInt32().Should().Be(Incident.Steps);
        wrong.Json.GetProperty("steps")[0].GetProperty("logits").GetProperty("max_ulps").GetInt64().Should().BePositive();
    }

    [Fact]
    public void A_plan_file_with_rules_is_read()
    {
        string file = incident.Write("plan.txt", "# as served\n" + Incident.ManyRows.Text);

        Replay("b4-p0", "@" + file, "--steps", "2").Output.Should().Contain("2 of 2 steps bitwise equal");
        Replay("b4-p0", Incident.ManyRows.Text, "--steps", "2").ExitCode.Should().Be(0);
    }

    [Fact]
    public void A_saved_replay_is_a_request_of_the_store_that_diffs_like_any()
    {
        Replay("b1-p0", "sequential_fma", "--activations", "fp32", "--save", "b1-p0-sequential").ExitCode.Should().Be(1);

        JsonElement json = ToolRun.Of("diff", "--store", incident.StorePath, "b4-p0", "b1-p0-sequential", "--json").Json;
        json.GetProperty("bitwise_equal_count").GetInt32().Should().Be(json.GetProperty("steps").GetArrayLength()).And.BePositive();
        Replay("b1-p0", "recorded", "--save", "b1-p0-sequential").Should()
            .Match<ToolRun>(run => run.ExitCode == 3 && run.Error.Contains("has a request \"b1-p0-sequential\" already"));
    }

    [Fact]
    public void A_greedy_replay_of_the_recorded_plans_chooses_the_recorded_tokens() =>
        Replay("b4-p0", "recorded", "--greedy").Output.Should().Contain("4 of 4 steps bitwise equal").And.Contain("no recorded token differs");

    [Theory]
    [InlineData("--activations says the format", "split_k4")]
    [InlineData("go with one gemm plan for all", "recorded", "--activations", "bf16")]
    [InlineData("PHASE LAYER ROLE = PLAN", "norm")]
    [InlineData("expected an operator role", "* * nowhere = gemm")]
    [InlineData("--steps is a whole number from 1 up", "recorded", "--steps", "0")]
    [InlineData("--activations is one of", "split_k4", "--activations", "int8")]
    public void A_plan_that_is_not_complete_is_a_usage_error(string message, string plan, params string[] more)
    {
        ToolRun run = Replay("b4-p0", plan, more);

        run.ExitCode.Should().Be(2);
        run.Error.Should().Contain(message);
    }

    [Fact]
    public void What_is_missing_or_damaged_cannot_run()
    {
        string file = incident.Write("bad-plan.txt", "* * nowhere = gemm");

        Replay("b4-p0", "@none.txt").Should().Match<ToolRun>(run => run.ExitCode == 3 && run.Error.Contains("there is no plan file none.txt"));
        Replay("b4-p0", "@" + file).Should().Match<ToolRun>(run => run.ExitCode == 3 && run.Error.Contains("bad-plan.txt: plan text, character 0"));
        Replay("b4-p0", "* * lm_head = gemm").Should().Match<ToolRun>(run => run.ExitCode == 3 && run.Error.Contains("no rule selects"));
        ToolRun.Of("replay", "--store", incident.StorePath, "b4-p0", "--model", incident.PathOf("none"), "--plan", "recorded").Should()
            .Match<ToolRun>(run => run.ExitCode == 3 && run.Error.Contains("there is no model at"));
    }

    [Fact]
    public void A_cancelled_replay_ends_with_3_and_saves_nothing()
    {
        ToolRun run = ToolRun.With(
            new CancellationToken(canceled: true), "replay", "--store", incident.StorePath, "b4-p0", "--model", Incident.ModelPath, "--plan", "recorded", "--save", "never");

        run.ExitCode.Should().Be(3);
        run.Error.Should().Contain("cancelled");
        ToolRun.Of("show", "--store", incident.StorePath, "never").ExitCode.Should().Be(3);
    }

    private ToolRun Replay(string request, string plan, params string[] more) =>
        ToolRun.Of(["replay", "--store", incident.StorePath, request, "--model", Incident.ModelPath, "--plan", plan, .. more]);
}
