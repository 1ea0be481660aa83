using System.Text.Json;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Plans;
using PlanForensics.Store;
using PlanForensics.Tests.Contracts;
using PlanForensics.Tests.Models;
using Xunit;

namespace PlanForensics.Tests.Cli;

public sealed class FeasibleCommandTests : IDisposable
{
    private static readonly string[] Product = ["--shape", "8,4096,4096", "--operand", "bf16"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Options_alone_make_a_state()
    {
        ToolRun run = ToolRun.Of(["feasible", .. Product, "--device", "NVIDIA H100", "--workspace", "65536", "--json"]);

        run.ExitCode.Should().Be(0, run.Error);
        run.Json.GetProperty("compute_capability").GetInt32().Should().Be(90);
        run.Json.GetProperty("workspace_limit_bytes").GetInt64().Should().Be(65536);
        JsonElement[] plans = [.. run.Json.GetProperty("plans").EnumerateArray()];
        foreach (string verdict in new[] { "feasible", "unknown", "infeasible" })
            plans.Count(plan => plan.GetProperty("verdict").GetString() == verdict).Should().Be(run.Json.GetProperty($"{verdict}_count").GetInt32()).And.BePositive();
        Plan(plans, "hopper_mma").Should().Be("feasible");
        Plan(plans, "ampere_mma").Should().Be("infeasible");
        Plan(plans, "hopper_mma_split_k4_bf16_staging").Should().Be("infeasible");
        plans.Where(plan => plan.GetProperty("verdict").GetString() == "unknown").Should().OnlyContain(plan => plan.GetProperty("checks").GetArrayLength() > 0);
    }

    [Fact]
    public void A_file_and_a_store_give_the_same_state_and_options_hold_over_both()
    {
        StepState state = new()
        {
            StepIndex = 2, Phase = ExecutionPhase.Decode, Shape = StepShape.Parse("q=1,k=9,h=8,kvh=8,hd=64,d=512,tp=1"), BatchSize = 1, BatchTokens = 1, Device = "NVIDIA A100", WorkspaceBytes = 4096,
            OperandAlignmentBytes = 16,
        };
        string file = _folder.Write("state.json", ContractJson.Format(state));
        string store = Path.Combine(_folder.Path, "incident.db");
        using (ContractStore opened = ContractStore.Open(store))
            opened.Write(ContractSamples.Small("request-1") with { Steps = [new ContractStep { State = state, Observation = new StepObservation() }] });

        ToolRun fromFile = ToolRun.Of("feasible", "--state", file, "--role", "q_proj", "--operand", "bf16", "--json");
        ToolRun fromStore = ToolRun.Of("feasible", "--store", store, "--request", "request-1", "--step", "2", "--role", "q_proj", "--operand", "bf16", "--json");
        ToolRun changed = ToolRun.Of("feasible", "--state", file, "--role", "q_proj", "--operand", "bf16", "--device", "NVIDIA H100", "--json");

        fromFile.ExitCode.Should().Be(0, fromFile.Error);
        fromStore.Output.Should().Be(fromFile.Output);
        fromFile.Json.GetProperty("state").GetProperty("operand_alignment_bytes").GetInt32().Should().Be(16);
        Plan([.. fromFile.Json.GetProperty("plans").EnumerateArray()], "ampere_mma").Should().Be("feasible");
        Plan([.. changed.Json.GetProperty("plans").EnumerateArray()], "ampere_mma").Should().Be("infeasible");
        ToolRun.Of("feasible", "--store", store, "--request", "request-1", "--step", "3").Should().BeEquivalentTo(new { ExitCode = 3, Output = "" });
    }

    [Fact]
    public void Text_fits_80_columns_and_names_reasons()
    {
        ToolRun run = ToolRun.Of(["feasible", .. Product, "--device", "NVIDIA H100", "--workspace", "65536", "--library", "cublaslt=13.1.1", "--sm-count", "132"]);

        run.ExitCode.Should().Be(0, run.Error);
        run.Output.Split('\n').Should().OnlyContain(line => line.Length <= 80);
        run.Output.Should().Contain("unknown: ").And.Contain(", kept").And.Contain("sm_90 multiplies by dot<16,25,rz>, the plan by dot<8,24,rz>").And.Contain("workspace    65536 bytes (workspace_bytes)");
    }

    [Theory]
    [InlineData(2, "--state", "x.json", "--store", "x.db")]
    [InlineData(2, "--request", "r")]
    [InlineData(2, "--shape", "8,0,1")]
    [InlineData(2, "--step-shape", "q=1")]
    [InlineData(2, "--library", "cublaslt")]
    [InlineData(2, "--stack", "unheard-of")]
    [InlineData(2, "--role", "unheard_of")]
    [InlineData(2, "--splits", "0")]
    [InlineData(3, "--state", "missing.json")]
    public void Wrong_lines_and_missing_files_print_no_result(int exitCode, params string[] arguments)
    {
        ToolRun run = ToolRun.Of(["feasible", .. arguments]);

        run.ExitCode.Should().Be(exitCode);
        run.Output.Should().BeEmpty();
        run.Error.Should().NotBeEmpty();
    }

    [Fact]
    public void A_damaged_state_names_its_place()
    {
        ToolRun run = ToolRun.Of("feasible", "--state", _folder.Write("bad.json", "{\n\"step_index\": -1, \"phase\": \"decode\", \"shape\": {\"query_length\": 1, \"key_length\": 1}}"));

        run.ExitCode.Should().Be(3);
        run.Error.Should().Contain("line 2").And.Contain("step_index");
    }

    private static string Plan(JsonElement[] plans, string name) => plans.Single(plan => plan.GetProperty("name").GetString() == name).GetProperty("verdict").GetString()!;
}
