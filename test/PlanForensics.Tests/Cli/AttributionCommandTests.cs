using System.Text.Json;
using FluentAssertions;
using PlanForensics.Cli.Commands;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using PlanForensics.Tests.Contracts;
using Xunit;

namespace PlanForensics.Tests.Cli;

public sealed class AttributionCommandTests(Incident incident) : IClassFixture<Incident>
{
    [Fact]
    public void The_batch_of_four_is_identified_in_the_catalogue()
    {
        ToolRun run = Attribute("b4-p0", "--activations", "fp32", "--steps", "1");

        run.Error.Should().BeEmpty();
        run.ExitCode.Should().Be(0);
        run.Output.Should().Contain("verdict      identified:").And.Contain("sequential_fma").And.Contain("negative passed").And.Contain("agrees:");
        run.Output.Split('\n').Should().OnlyContain(line => line.Length <= 80);
    }

    [Fact]
    public void A_single_request_ran_two_plans_which_only_phases_explain()
    {
        const string Name = "prefill sequential_fma, decode gemv_warp32";
        PlanSchedule pair = CandidateList.Read("phases", NumericFormat.Fp32, null, null).Single(candidate => candidate.Name == Name);
        string one = "[one]\ngemv_warp32\n[other]\nsequential_fma\n";
        string both = $"{one}[{Name}]\n{pair.PlanFor(ContractSamples.State(0)).Text}\n";
        ToolRun uniform = Attribute("b1-p0", "--activations", "fp32", "--candidates", incident.Write("uniform.txt", one), "--json");
        ToolRun phases = Attribute("b1-p0", "--activations", "fp32", "--candidates", incident.Write("pair.txt", both), "--json");

        uniform.ExitCode.Should().Be(1);
        uniform.Json.GetProperty("state").GetString().Should().Be("unexplained");
        phases.ExitCode.Should().Be(0);
        JsonElement found = phases.Json.GetProperty("classes")[phases.Json.GetProperty("matching")[0].GetInt32()];
        found.GetProperty("members")[0].GetString().Should().Be(Name);
        phases.Json.GetProperty("controls").EnumerateArray().Should().OnlyContain(control => control.GetProperty("passed").GetBoolean());
    }

    [Fact]
    public void A_postmortem_names_both_plans_and_the_operators()
    {
        string[] names = ["prefill sequential_fma, decode gemv_warp32", "sequential_fma"];
        string file = incident.Write("postmortem.txt", string.Concat(names.Select(name =>
            $"[{name}]\n{CandidateList.Read("phases", NumericFormat.Fp32, null, null).Single(candidate => candidate.Name == name).PlanFor(ContractSamples.State(0)).Text}\n")));
        string[] arguments = ["postmortem", "b1-p0", "b4-p0", "--store", incident.StorePath, "--model", Incident.ModelPath, "--candidates", file];

        ToolRun text = ToolRun.Of(arguments);
        JsonElement json = ToolRun.Of([.. arguments, "--json"]).Json;

        text.ExitCode.Should().Be(1);
        text.Output.Should().Contain("side A").And.Contain("side B").And.Contain(names[0]).And.Contain("\nverdict ");
        json.GetProperty("side_a").GetProperty("state").GetString().Should().Be("identified");
        json.GetProperty("side_b").GetProperty("state").GetString().Should().Be("identified");
        json.GetProperty("first_divergence").GetProperty("step_index_a").GetInt32().Should().BePositive();
        ToolRun.Of(["postmortem", "b4-p0", "b4-p0", "--store", incident.StorePath, "--model", Incident.ModelPath]).ExitCode.Should().Be(0);
        ToolRun.Of(["postmortem", "b1-p0", "b1-p1", "--store", incident.StorePath, "--model", Incident.ModelPath]).Output.Should().Contain("no plan is to blame");
    }

    [Fact]
    public void A_file_of_candidates_is_read()
    {
        string file = incident.Write("candidates.txt", "# two\n[wrong]\ngemm split_k=2\n\n[as it says]\nrecorded\n");
        JsonElement json = Attribute("b4-p0", "--activations", "fp32", "--candidates", file, "--json").Json;

        json.GetProperty("classes").EnumerateArray().Select(item => item.GetProperty("members")[0].GetString()).Should().Equal("wrong", "as it says");
        json.GetProperty("matching").EnumerateArray().Select(index => index.GetInt32()).Should().Equal(1);
    }

    [Theory]
    [InlineData("no candidate; expected lines [name]", "# nothing\n")]
    [InlineData("line 1: a candidate begins with a line [name]", "gemm\n")]
    [InlineData("candidate \"a\": plan text", "[a]\ngem x\n")]
    [InlineData("candidate \"a\": \"gemm\" is one gemm plan for all", "[a]\ngemm\n")]
    public void A_damaged_file_of_candidates_cannot_run(string message, string text)
    {
        ToolRun run = Attribute("b4-p0", "--candidates", incident.Write("bad-candidates.txt", text));

        run.ExitCode.Should().Be(3);
        run.Error.Should().Contain("bad-candidates.txt").And.Contain(message);
    }

    [Fact]
    public void Phases_are_all_pairs_of_the_catalogue() =>
        CandidateList.Read("phases", NumericFormat.Bf16, null, null).Should().HaveCount(PlanCatalog.Gemms.Count * PlanCatalog.Gemms.Count);

    [Fact]
    public void Phases_without_formats_are_a_usage_error() =>
        Attribute("b4-p0", "--candidates", "phases").Should().Match<ToolRun>(run => run.ExitCode == 2 && run.Error.Contains("--activations bf16"));

    [Theory]
    [InlineData(null, "split_k4, fp32", "split_k4, bf16 with fp32 logits", "split_k4, bf16")]
    [InlineData(NumericFormat.Fp32, "split_k4, fp32", "split_k4, bf16 with fp32 logits", "split_k4, bf16")]
    [InlineData(NumericFormat.Bf16, "split_k4, fp32 with bf16 logits", "split_k4, bf16")]
    public void Without_formats_the_catalogue_is_tried_in_those_that_the_recorded_logits_allow(NumericFormat? recorded, params string[] expected) =>
        CandidateList.Read("catalogue", null, null, recorded).Select(candidate => candidate.Name)
            .Where(name => name.StartsWith("split_k4,", StringComparison.Ordinal)).Should().Equal(expected);

    [Fact]
    public void Attribution_and_bisection_are_cancelled()
    {
        CancellationToken cancelled = new(canceled: true);
        ToolRun.With(cancelled, "attribute", "b4-p0", "--store", incident.StorePath, "--model", Incident.ModelPath, "--activations", "fp32").ExitCode.Should().Be(3);
        ToolRun.With(cancelled, [.. BisectArguments("recorded", "recorded")]).ExitCode.Should().Be(3);
    }

    [Fact]
    public void Bisection_names_the_only_operator_that_differs()
    {
        string changed = incident.Write("changed.txt", Incident.ManyRows.Text + "\ndecode 2 down_proj = gemm split_k=4");
        ToolRun run = Bisect("@" + incident.Write("plain.txt", Incident.ManyRows.Text), "@" + changed, "--target", "bits");

        run.ExitCode.Should().Be(1);
        run.Output.Should().Contain("verdict      found:").And.Contain("layer 2 down_proj").And.Contain("gemm split_k=4");
        run.Output.Split('\n').Should().OnlyContain(line => line.Length <= 80);
    }

    [Fact]
    public void Bisection_as_JSON_says_sufficient_and_necessary()
    {
        string changed = incident.Write("changed.json.txt", Incident.ManyRows.Text + "\ndecode 1 up_proj = gemm split_k=4");
        JsonElement json = Bisect("@" + incident.Write("plain.json.txt", Incident.ManyRows.Text), "@" + changed, "--target", "bits", "--step", "1", "--json").Json;

        JsonElement found = json.GetProperty("groups")[0].GetProperty("operators")[0];
        found.GetProperty("name").GetString().Should().Be("layer 1 up_proj");
        found.GetProperty("is_sufficient").GetBoolean().Should().BeTrue();
        found.GetProperty("is_necessary").GetBoolean().Should().BeTrue();
        json.GetProperty("step_index").GetInt32().Should().Be(1);
    }

    [Fact]
    public void Equal_plans_have_nothing_to_find() => Bisect("gemm", "sequential_fma", "--activations", "fp32").Should()
        .Match<ToolRun>(run => run.ExitCode == 0 && run.Output.Contains("not reproduced"));

    [Fact]
    public void A_wrong_target_is_a_usage_error() => Bisect("recorded", "recorded", "--target", "luck").ExitCode.Should().Be(2);

    private ToolRun Attribute(string request, params string[] more) =>
        ToolRun.Of(["attribute", request, "--store", incident.StorePath, "--model", Incident.ModelPath, .. more]);

    private ToolRun Bisect(string planA, string planB, params string[] more) => ToolRun.Of([.. BisectArguments(planA, planB), .. more]);

    private string[] BisectArguments(string planA, string planB) =>
        ["bisect", "b4-p0", "b4-p0", "--store", incident.StorePath, "--model", Incident.ModelPath, "--plan-a", planA, "--plan-b", planB];
}
