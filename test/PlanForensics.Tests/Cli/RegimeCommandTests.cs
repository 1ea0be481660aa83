using System.Text.Json;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Store;
using PlanForensics.Tests.Regimes;
using PlanForensics.Tests.Store;
using Xunit;

namespace PlanForensics.Tests.Cli;

public sealed class RegimeCommandTests
{
    private static string StoreOf(TemporaryFolder folder, params ExecutionContract[] contracts)
    {
        string path = folder.File();
        using ContractStore store = ContractStore.Open(path);
        foreach (ExecutionContract contract in contracts)
            store.Write(contract);
        return path;
    }

    [Fact]
    public void Text_fits_eighty_columns()
    {
        using TemporaryFolder folder = new();
        string store = StoreOf(folder, Records.Contract("a", [Records.Quiet(0), Records.Quiet(1) with { VramFreeMb = 812.3456789, ReplicationPinnedMb = 700.123456 }, Records.Quiet(2)], "replica-17"));
        ToolRun run = ToolRun.Of("regimes", "--store", store, "--steps");
        run.ExitCode.Should().Be(0, run.Error);
        run.Output.Should().Contain("effective_free_ratio 0.5 -> 0.0068495 (limit 0.05), by vram_free_mb 8192 ->");
        run.Output.Split('\n').Should().OnlyContain(line => line.Length <= 80 || line.StartsWith("store", StringComparison.Ordinal));
    }

    [Fact]
    public void Json_tells_regimes_transitions_and_steps()
    {
        using TemporaryFolder folder = new();
        string store = StoreOf(folder, Records.Contract("a", [Records.Quiet(0), Records.Quiet(1) with { VramFreeMb = 1000, ReplicationPinnedMb = 900 }, Records.Quiet(2) with { QueueTimeMs = 50.5 }], "r0"));
        JsonElement json = ToolRun.Of("regimes", "--store", store, "--steps", "--json").Json;
        json.GetProperty("regimes").GetRawText().ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal).Should().Be(
            """[{"regime":"memory_evaporation","iterations":1},{"regime":"queue_degraded","iterations":1},{"regime":"normal","iterations":1}]""");
        json.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("regime").GetString()).Should().Equal("normal", "memory_evaporation", "queue_degraded");
        JsonElement first = json.GetProperty("transitions")[0];
        first.GetProperty("at").GetProperty("replica").GetString().Should().Be("r0");
        JsonElement crossing = first.GetProperty("crossing");
        (crossing.GetProperty("input").GetString(), crossing.GetProperty("before").GetDouble(), crossing.GetProperty("after").GetDouble(), crossing.GetProperty("limit").GetDouble()).Should()
            .Be(("effective_free_ratio", 0.5, 100.0 / 16384, 0.05));
        crossing.GetProperty("moved_by").GetProperty("input").GetString().Should().Be("vram_free_mb");
    }

    [Fact]
    public void Every_limit_is_an_option()
    {
        using TemporaryFolder folder = new();
        string store = StoreOf(folder, Records.Contract("a", [Records.Quiet(0) with { VramFreeMb = 2000, QueueTimeMs = 30, IsolationMode = "mig" }]));
        string Regime(params string[] options) => ToolRun.Of(["regimes", "--store", store, "--json", .. options]).Json.GetProperty("regimes")[0].GetProperty("regime").GetString()!;
        Regime().Should().Be("normal");
        Regime("--queue-p95-ms", "29.5").Should().Be("queue_degraded");
        Regime("--queue-p95-ms", "29.5", "--pressured-mb", "2001").Should().Be("memory_pressured");
        Regime("--evaporation-ratio", "0.13").Should().Be("memory_evaporation");
        Regime("--strict-mode", "strict", "--strict-mode", "mig").Should().Be("isolation_strict");
    }

    [Theory]
    [InlineData("--queue-p95-ms", "-1")]
    [InlineData("--queue-p95-ms", "NaN")]
    [InlineData("--evaporation-ratio", "Infinity")]
    [InlineData("--queue-window", "0")]
    [InlineData("--limit", "-1")]
    [InlineData("--unrecorded", "maybe")]
    public void A_limit_that_is_none_is_refused(string option, string value)
    {
        using TemporaryFolder folder = new();
        string store = StoreOf(folder, Records.Contract("a", [Records.Quiet(0)]));
        ToolRun run = ToolRun.Of("regimes", "--store", store, option, value);
        run.ExitCode.Should().Be(2);
        run.Error.Should().ContainAny(option, value);
    }

    [Fact]
    public void What_is_missing_and_what_was_assumed_is_told()
    {
        using TemporaryFolder folder = new();
        string store = StoreOf(folder, Records.Contract("a", [Records.Quiet(0) with { KvPoolMb = null, IsolationMode = null, BatchFingerprint = null }]));
        ToolRun run = ToolRun.Of("regimes", "--store", store);
        run.Output.Should().Contain("unknown      not recorded where it decides: kv_pool_mb").And.Contain("taken for absent: isolation_mode").And.Contain("1 recorded step without batch_fingerprint");
        ToolRun.Of("regimes", "--store", store, "--unrecorded", "ignored", "--json").Json.GetProperty("regimes")[0].GetProperty("regime").GetString().Should().Be("normal");
    }

    [Fact]
    public void Churn_tells_plans_by_regime_and_window()
    {
        using TemporaryFolder folder = new();
        ExecutionContract Run(string id, string replica) => Records.Contract(
            id, Enumerable.Range(0, 6).Select(step => Records.Quiet(step) with { AlgorithmId = step % 2 == 0 ? "21" : "66", BatchFingerprint = $"{id}{step}", FallbackCount = 1 }), replica,
            state => new StepObservation { ChosenToken = state.StepIndex, LogitsSha256 = ContentHash.OfText(state.StepIndex == 5 ? id : "same").ToString()["sha256:".Length..] }, [1, 2]);
        string store = StoreOf(folder, Run("a", "r0"), Run("b", "r1"));
        ToolRun run = ToolRun.Of("churn", "--store", store, "--window", "4", "--json");
        run.ExitCode.Should().Be(0, run.Error);
        JsonElement normal = run.Json.GetProperty("regimes")[0];
        (normal.GetProperty("algorithms").GetProperty("entropy_bits").GetDouble(), normal.GetProperty("switches").GetInt32(), normal.GetProperty("switches_per_thousand").GetDouble()).Should().Be((1, 10, 1000));
        normal.GetProperty("counts").GetProperty("fallbacks").GetInt64().Should().Be(12);
        run.Json.GetProperty("windows").GetArrayLength().Should().Be(4);
        run.Json.GetProperty("drift").GetProperty("between_replicas")[0].GetProperty("rate").GetDouble().Should().Be(2.0 / 12);
        ToolRun text = ToolRun.Of("churn", "--store", store, "--expect", "algorithm_id=21");
        text.Output.Should().Contain("50.0 %").And.Contain("expected algorithm 21").And.Contain("16.67 %");
        text.Output.Split('\n').Should().OnlyContain(line => line.Length <= 80 || line.StartsWith("store", StringComparison.Ordinal));
        ToolRun.Of("churn", "--store", store, "--expect", "algorithm=21").ExitCode.Should().Be(2);
        ToolRun.Of("churn", "--store", store, "--expect", "algorithm_id=21", "--expect-regime", "paging").ExitCode.Should().Be(2);
    }

    [Fact]
    public void An_empty_store_has_no_regime()
    {
        using TemporaryFolder folder = new();
        string store = StoreOf(folder);
        foreach (string command in new[] { "regimes", "churn" })
        {
            ToolRun.Of(command, "--store", store).Output.Should().Contain("0 recorded steps of 0 requests");
            ToolRun.Of(command, "--store", store, "--json").Json.GetProperty("regimes").GetArrayLength().Should().Be(0);
        }
    }
}
