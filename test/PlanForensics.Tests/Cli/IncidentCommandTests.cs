using System.Text.Json;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Store;
using PlanForensics.Tests.Incidents;
using Xunit;

namespace PlanForensics.Tests.Cli;

public sealed class IncidentCommandTests
{
    [Fact]
    public void Arguments_that_do_not_go_together_are_a_usage_error()
    {
        ToolRun.Of("attribute", "--model", "m").ExitCode.Should().Be(2);
        ToolRun both = ToolRun.Of("attribute", "request-1", "--store", "x.db", "--incident", "i", "--model", "m");
        both.ExitCode.Should().Be(2);
        both.Error.Should().Contain("instead of REQUEST and --store");
    }

    [Fact]
    public void A_missing_or_damaged_incident_and_another_model_cannot_run()
    {
        using var tiny = new TinyIncident();
        ToolRun missing = ToolRun.Of("attribute", "--incident", Path.Combine(tiny.Folder, "none"), "--model", tiny.Folder);
        (missing.ExitCode, missing.Output).Should().Be((3, ""));
        missing.Error.Should().Contain("there is no such folder");

        ToolRun noModel = ToolRun.Of("attribute", "--incident", tiny.Folder, "--model", tiny.Folder);
        (noModel.ExitCode, noModel.Output).Should().Be((3, ""));
        noModel.Error.Should().Contain("model.safetensors").And.Contain("sha256");

        File.WriteAllText(Path.Combine(tiny.Folder, "model.safetensors"), "no weights");
        ToolRun wrong = ToolRun.Of("attribute", "--incident", tiny.Folder, "--model", tiny.Folder, "--json");
        (wrong.ExitCode, wrong.Output).Should().Be((3, ""));
        wrong.Error.Should().Contain("was recorded with m, sha256 0000");

        tiny.Run["tokens_row0"] = null;
        tiny.Save();
        ToolRun damaged = ToolRun.Of("attribute", "--incident", tiny.Folder, "--model", tiny.Folder);
        damaged.ExitCode.Should().Be(3);
        damaged.Error.Should().Contain("runs[0].tokens_row0");
    }

    [Fact]
    public void An_incident_is_imported_as_one_request_a_run()
    {
        using var tiny = new TinyIncident();
        string database = Path.Combine(tiny.Folder, "store.db");

        ToolRun run = ToolRun.Of("import", tiny.Folder, "--store", database, "--json");

        run.ExitCode.Should().Be(0);
        JsonDocument.Parse(run.Output).RootElement.GetProperty("imported").GetInt64().Should().Be(1);
        using ContractStore store = ContractStore.Open(database, ContractStoreMode.ReadOnly);
        ExecutionContract contract = store.Get("tiny/batch-1");
        contract.ChosenTokens.Should().Equal(1, 0);
        contract.Steps[0].Observation.FullLogits!.ToFp32().Should().Equal(0, 3, 1, 2);
        contract.Steps[0].State.Environment!["OPENBLAS_CORETYPE"].Should().Be("Haswell");
    }

    [Fact]
    public void The_document_has_the_fields_of_the_page_and_no_others()
    {
        string incident = SharedData.PathOf("incidents", "tinystories_bf16_flip_a");
        string model = SharedData.PathOf("models", "tinystories-656k-bf16");

        ToolRun run = ToolRun.Of("attribute", "--incident", incident, "--model", model, "--json");

        run.ExitCode.Should().Be(0, run.Error);
        JsonElement root = JsonDocument.Parse(run.Output).RootElement;
        Names(root).Should().Equal("incident", "runs", "flip", "seconds");
        root.GetProperty("runs").EnumerateArray().Select(item => item.GetProperty("batch").GetInt32()).Should().Equal(1, 2, 4, 8);
        foreach (JsonElement item in root.GetProperty("runs").EnumerateArray())
        {
            Names(item).Should().Equal("batch", "verdict", "plan", "logits_reproduced", "logits_total", "tokens_reproduced", "tokens_total");
            item.GetProperty("verdict").GetString().Should().Be("identified");
            item.GetProperty("logits_reproduced").GetInt64().Should().Be(61_440);
        }

        JsonElement flip = root.GetProperty("flip");
        Names(flip).Should().Equal("step", "tokens", "margins_ulps", "operators", "pin");
        flip.GetProperty("step").GetInt32().Should().Be(27);
        flip.GetProperty("tokens").EnumerateArray().Select(token => token.GetInt32()).Should().Equal(1023, 265);
        flip.GetProperty("margins_ulps").EnumerateArray().Select(ulps => ulps.GetInt64()).Should().Equal(1, 1);
        flip.GetProperty("operators").EnumerateArray().Select(name => name.GetString()).Should().Equal("layer 0 attention");
    }

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(field => field.Name);
}
