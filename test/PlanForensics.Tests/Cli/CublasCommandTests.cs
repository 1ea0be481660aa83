using System.Text.Json;
using FluentAssertions;
using PlanForensics.Tests.Models;
using PlanForensics.Tests.Rules.CublasLt;
using Xunit;

namespace PlanForensics.Tests.Cli;

public sealed class CublasCommandTests : IDisposable
{
    // The plans follow from the invented profile by hand: see CublasLtPlannerTests.
    private const string Cases = """
        {"cases": [
          {"M": 8, "N": 8, "K": 9, "kind": "bf16", "config": [66, null, 2, 0, null, 0, 1, null, null], "label": "not read"},
          {"M": 8, "N": 8, "K": 9, "kind": "fp16", "config": null},
          {"M": 1, "N": 8, "K": 9, "kind": "fp16", "config": [13, null, 3, 0, null, 1, 0, null, null]},
          {"M": 8, "N": 8, "K": 12, "kind": "fp16", "config": [12, null, 2, 4, null, 0, 1, null, null]}
        ]}
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Json_is_an_array_in_the_cases_order_with_null_for_a_decline()
    {
        ToolRun run = Run(Cases, "--json");

        run.ExitCode.Should().Be(0);
        run.Error.Should().BeEmpty();
        JsonSerializer.Serialize(run.Json).Should().Be(
            """[{"plan":{"algo_id":66,"k_chunk":8,"mode":"split"},"reason":"ok"},{"plan":null,"reason":"no-heuristic"},"""
            + """{"plan":{"algo_id":13,"gemv":[[2,2,2,false],3],"mode":"gemv13"},"reason":"ok"},"""
            + """{"plan":{"algo_id":12,"block_k":4,"k_chunk":8,"k_per_dot":2,"merge_scheme":2,"mode":"splitk_groups"},"reason":"ok"}]""");
    }

    [Fact]
    public void Text_names_every_case_and_counts()
    {
        ToolRun run = Run(Cases);

        run.ExitCode.Should().Be(0);
        run.Output.Should().Contain("split k_chunk=8").And.Contain("declined: no-heuristic").And.Contain("gemv13 gemv=[[2,2,2,false],3]")
            .And.Contain("3 planned, 1 declined, by sm_90 (invented), cuBLASLt 0.0.0");
        run.Output.Split('\n').Should().OnlyContain(line => line.Length <= 80);
    }

    [Theory]
    [InlineData("""{"cases": [{"M": 0, "N": 1, "K": 1, "kind": "fp16", "config": null}]}""", "cases[0].M: expected a whole number of 1 to 2147483647; got 0")]
    [InlineData("""{"cases": [{"M": 1, "N": 1, "K": 1, "kind": "fp32", "config": null}]}""", "cases[0].kind: expected fp16, bf16 or fp8; got \"fp32\"")]
    [InlineData("""[{"M": 1, "N": 1, "K": 1, "kind": "fp16", "config": [66]}]""", "cases[0].config: expected an array of 9; got [66]")]
    [InlineData("""[{"M": 1, "N": 1, "K": 1, "kind": "fp16"}]""", "cases[0].config: is missing")]
    [InlineData("""{"cases": 3}""", "cases: expected an array; got 3")]
    [InlineData("{", "file: is not valid JSON")]
    public void A_damaged_case_file_cannot_run_and_names_the_field(string cases, string message)
    {
        ToolRun run = Run(cases, "--json");

        run.ExitCode.Should().Be(3);
        run.Output.Should().BeEmpty();
        run.Error.Should().Contain(message);
    }

    [Fact]
    public void An_unknown_profile_cannot_run_and_names_the_embedded_ones()
    {
        ToolRun run = ToolRun.Of("cublas", "--profile", "sm80_lt11_0", "--cases", "cases.json");

        run.ExitCode.Should().Be(3);
        run.Error.Should().Contain("neither an embedded profile (sm100_lt12_8, sm100_lt13_1, sm103_lt13_1, sm90_lt13_1) nor a file");
    }

    [Fact]
    public void A_missing_case_file_cannot_run_and_a_missing_option_is_a_usage_error()
    {
        ToolRun.Of("cublas", "--profile", "sm90_lt13_1", "--cases", Path.Combine(_folder.Path, "none.json")).ExitCode.Should().Be(3);
        ToolRun.Of("cublas", "--profile", "sm90_lt13_1").ExitCode.Should().Be(2);
    }

    private ToolRun Run(string cases, params string[] more)
    {
        string profile = _folder.Write("profile.json", OwnProfile.Json);
        string file = _folder.Write("cases.json", cases);
        return ToolRun.Of(["cublas", "--profile", profile, "--cases", file, .. more]);
    }
}
