using System.Text.Json;
using FluentAssertions;
using PlanForensics.Contracts;
using Xunit;

namespace PlanForensics.Tests.Cli;

public sealed class StoreCommandTests(Incident incident) : IClassFixture<Incident>
{
    [Fact]
    public void List_shows_every_request_in_80_columns()
    {
        ToolRun run = ToolRun.Of("list", "--store", incident.StorePath);

        run.ExitCode.Should().Be(0);
        run.Error.Should().BeEmpty();
        run.Output.Should().Contain("b1-p0").And.Contain("b4-p1").And.Contain("2026-03-01 12:00:00Z").And.Contain("kjv-1m");
        run.Output.Split('\n').Should().OnlyContain(line => line.Length <= 80);
    }

    [Fact]
    public void List_as_JSON_counts_prompts_and_steps()
    {
        JsonElement[] requests = [.. ToolRun.Of("list", "--store", incident.StorePath, "--json").Json.GetProperty("requests").EnumerateArray()];

        requests.Select(request => request.GetProperty("request_id").GetString()).Should().Equal("b1-p0", "b1-p1", "b4-p0", "b4-p1");
        requests.Should().OnlyContain(request => request.GetProperty("prompt_token_count").GetInt32() == 4
            && request.GetProperty("step_count").GetInt32() == Incident.Steps);
    }

    [Fact]
    public void Show_tells_prompt_completion_and_steps_as_text()
    {
        ToolRun run = ToolRun.Of("show", "--store", incident.StorePath, "b4-p0", "--steps", "--tokenizer", Incident.ModelPath);

        run.ExitCode.Should().Be(0);
        run.Output.Should().Contain("request      b4-p0").And.Contain("greedy, temperature 0").And.Contain("prefill").And.Contain(Incident.ManyRows.Fingerprint.Short);
        run.Output.Split('\n').Where(line => line.StartsWith(' ')).Should().OnlyContain(line => line.Length <= 80);
    }

    [Fact]
    public void Show_as_JSON_holds_the_contract_by_its_schema_without_bytes()
    {
        JsonElement json = ToolRun.Of("show", "--store", incident.StorePath, "b1-p0", "--tokenizer", Incident.ModelPath, "--json").Json;

        ExecutionContract contract = ContractJson.Parse(json.GetProperty("contract").GetRawText());
        contract.RequestId.Should().Be("b1-p0");
        contract.Steps.Should().OnlyContain(step => step.Observation.Logits!.Value == null && step.Observation.LogitsSha256 != null);
        json.GetProperty("completion_text").GetString().Should().NotBeEmpty();
    }

    [Fact]
    public void Export_and_import_give_an_equal_store()
    {
        string file = incident.PathOf("all.jsonl");
        ToolRun export = ToolRun.Of("export", "--store", incident.StorePath, "--out", file, "--json");
        ToolRun first = ToolRun.Of("import", file, "--store", incident.PathOf("copy.db"), "--json");
        ToolRun second = ToolRun.Of("import", file, "--store", incident.PathOf("copy.db"), "--json");

        export.Json.GetProperty("exported").GetInt32().Should().Be(4);
        first.Json.GetProperty("imported").GetInt32().Should().Be(4);
        second.Json.GetProperty("already_present").GetInt32().Should().Be(4);
        ToolRun.Of("export", "--store", incident.PathOf("copy.db")).Output.Should().Be(File.ReadAllText(file));
    }

    [Fact]
    public void Export_of_one_request_goes_to_standard_output()
    {
        ToolRun run = ToolRun.Of("export", "--store", incident.StorePath, "--request", "b4-p1", "--hashes-only");

        run.ExitCode.Should().Be(0);
        run.Output.TrimEnd('\n').Should().NotContain("\n");
        ContractJson.Parse(run.Output).RequestId.Should().Be("b4-p1");
    }

    [Fact]
    public void Export_does_not_overwrite_a_file()
    {
        string file = incident.Write("there.txt", "precious");

        ToolRun.Of("export", "--store", incident.StorePath, "--out", file).ExitCode.Should().Be(3);
        File.ReadAllText(file).Should().Be("precious");
    }

    [Fact]
    public void A_damaged_line_stops_an_import_and_is_named()
    {
        string file = incident.Write("damaged.jsonl", Line("b1-p0") + "{\"schema_version\": 1\n" + Line("b4-p0"));
        string store = incident.PathOf("damaged.db");

        ToolRun strict = ToolRun.Of("import", file, "--store", store);
        strict.ExitCode.Should().Be(3);
        strict.Error.Should().Contain("damaged.jsonl: line 2, column").And.Contain("nothing was imported").And.Contain("--skip-bad");
        ToolRun.Of("list", "--store", store).Output.Should().Be("no requests\n");

        ToolRun lenient = ToolRun.Of("import", file, "--store", store, "--skip-bad", "--json");
        lenient.ExitCode.Should().Be(0);
        lenient.Error.Should().Contain("line 2").And.Contain("skipped");
        lenient.Json.GetProperty("imported").GetInt32().Should().Be(2);
        lenient.Json.GetProperty("skipped").GetInt32().Should().Be(1);
        lenient.Json.GetProperty("skipped_lines")[0].GetProperty("line").GetInt32().Should().Be(2);
    }

    [Fact]
    public void Unknown_fields_survive_import_and_export()
    {
        string line = Line("b1-p0").Replace("{\"schema_version\":1,", "{\"schema_version\":1,\"of_tomorrow\":{\"a\":[1,2]},", StringComparison.Ordinal);
        string store = incident.PathOf("unknown.db");

        ToolRun.Of("import", incident.Write("unknown.jsonl", line), "--store", store).ExitCode.Should().Be(0);
        ToolRun.Of("export", "--store", store).Output.Should().Contain("\"of_tomorrow\":{\"a\":[1,2]}");
    }

    [Fact]
    public void A_cancelled_import_changes_nothing_and_ends_with_3()
    {
        string store = incident.PathOf("cancelled.db");
        ToolRun run = ToolRun.With(new CancellationToken(canceled: true), "import", incident.Write("one.jsonl", Line("b1-p0")), "--store", store);

        run.ExitCode.Should().Be(3);
        run.Error.Should().Contain("cancelled");
        ToolRun.Of("list", "--store", store).Output.Should().Be("no requests\n");
    }

    [Theory]
    [InlineData("b1-p2", "near it are b1-p0, b1-p1")]
    [InlineData("nothing like it", "it has 4 requests: b1-p0")]
    public void An_unknown_request_is_answered_with_near_ones(string request, string answer)
    {
        ToolRun run = ToolRun.Of("show", "--store", incident.StorePath, request);

        run.ExitCode.Should().Be(3);
        run.Output.Should().BeEmpty();
        run.Error.Should().Contain($"has no request \"{request}\"").And.Contain(answer);
    }

    [Fact]
    public void A_store_that_is_missing_or_no_store_cannot_run()
    {
        ToolRun.Of("list", "--store", incident.PathOf("none.db")).Should().Match<ToolRun>(run => run.ExitCode == 3 && run.Error.Contains("there is no contract store"));
        File.Exists(incident.PathOf("none.db")).Should().BeFalse();
        ToolRun.Of("list", "--store", incident.Write("text.db", "no database")).Should()
            .Match<ToolRun>(run => run.ExitCode == 3 && run.Error.Contains("is not a contract store"));
        ToolRun.Of("list", "--store", Path.GetTempPath()).Should().Match<ToolRun>(run => run.ExitCode == 3 && run.Error.Contains("is a folder"));
        ToolRun.Of("list").ExitCode.Should().Be(2);
    }

    private string Line(string request) => ToolRun.Of("export", "--store", incident.StorePath, "--request", request).Output;
}
