using System.Text;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Plans;
using PlanForensics.Telemetry;
using Xunit;

namespace PlanForensics.Tests.Telemetry;

public sealed class TraceReaderTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Short_keys_become_the_fields_that_the_page_says()
    {
        CollectingSink sink = Read("""
            {"trace_x":{"request_id":"r1","model":"tiny","prompt_tokens":37,"temperature":0,"seed":7,"prompt_hash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","ts":1772366400,"prefix_key":"p","tenant":"t"}}
            {"step_s":{"step":3,"batch_fp":"b9","shape":"q=1,k=40,h=8,d=64,tp=2","kv_regime":"paged","algo_id":66,"queue_ms":1.5,"gpu_s":0.25,"workspace_mb":32,"paging":1,"comm_ms":0.5,"collective":"ring","lib_version":"12.4","ts":"2026-03-01T12:00:00Z","token":5,"zone":{"a":[1,2]}}}
            """);

        ExecutionContract request = sink.Requests.Should().ContainSingle().Which;
        request.RequestId.Should().Be("r1");
        request.Model.Name.Should().Be("tiny");
        request.RecordedAt.Should().Be(Noon);
        request.Request.EffectiveTokenCount.Should().Be(37);
        request.Request.Decode.Should().Be(new DecodeConfiguration { Temperature = 0, Seed = 7 });
        request.Request.RawPromptHash!.ToString().Should().Be("sha256:" + new string('a', 64));
        request.Request.PrefixCache.Should().Be(new PrefixCacheUse { Used = true, Key = "p" });
        request.Request.UnknownFields!["tenant"].GetString().Should().Be("t");

        (string id, ContractStep step) = sink.Steps.Should().ContainSingle().Which;
        id.Should().Be("r1");
        (step.State with { UnknownFields = null }).Should().Be(new StepState
        {
            StepIndex = 3,
            Phase = ExecutionPhase.Decode,
            Shape = new StepShape { QueryLength = 1, KeyLength = 40, Heads = 8, Hidden = 64, TensorParallel = 2 },
            BatchFingerprint = "b9",
            KvRegime = "paged",
            AlgorithmId = "66",
            QueueTimeMs = 1.5,
            GpuTimeMs = 250,
            WorkspaceBytes = 33_554_432,
            PagingActive = true,
            StartedAt = Noon,
            LibraryVersions = new ValueMap([new("library", "12.4")]),
            Collective = new CollectiveState { Type = "ring", CommTimeMs = 0.5 },
        });
        step.State.UnknownFields!["zone"].GetRawText().Should().Be("{\"a\":[1,2]}");
        step.Observation.ChosenToken.Should().Be(5);
    }

    [Theory]
    [InlineData("{\"trace_x\":{\"request_id\":\"a\"},\"step_s\":[{\"shape\":\"q=3,k=3\"},{\"shape\":\"q=1,k=4\"}]}")]
    [InlineData("{\"request_id\":\"a\",\"steps\":[{\"q\":3,\"k\":3},{\"q\":1,\"k\":4}]}")]
    [InlineData("{\"kind\":\"trace_x\",\"request_id\":\"a\"}\n{\"shape\":{\"q\":3,\"k\":3}}\n{\"kind\":\"step_s\",\"query_len\":1,\"kv_len\":4}")]
    [InlineData("[\n{\"trace_x\":\n{\"id\":\"a\"}},\n{\"step_s\":{\"shape\":\"q=3,k=3\"}},\n{\"request\":\"a\",\"step_s\":{\"shape\":\"q=1,k=4\"}}\n]")]
    public void All_forms_say_the_same(string text)
    {
        CollectingSink sink = Read(text);

        sink.Requests.Should().ContainSingle().Which.RequestId.Should().Be("a");
        sink.Steps.Select(step => (step.RequestId, step.Step.State.StepIndex, step.Step.State.Phase, step.Step.State.Shape.KeyLength))
            .Should().Equal(("a", 0, ExecutionPhase.Prefill, 3), ("a", 1, ExecutionPhase.Decode, 4));
    }

    [Fact]
    public void Steps_of_several_requests_and_ranks_may_come_in_any_order()
    {
        CollectingSink sink = Read("""
            {"trace_x":{"id":"a"}}
            {"trace_x":{"id":"b"}}
            {"step_s":{"id":"a","shape":"q=2,k=2"}}
            {"step_s":{"shape":"q=2,k=2","rank":1}}
            {"step_s":{"shape":"q=2,k=2"}}
            {"step_s":{"id":"a","shape":"q=1,k=3"}}
            """);

        sink.Steps.Select(step => $"{step.RequestId}{step.Step.State.StepIndex}/{step.Step.State.Rank}").Should().Equal("a0/0", "b0/1", "b0/0", "a1/0");
    }

    [Fact]
    public void Steps_without_x_get_a_request_that_says_so()
    {
        CollectingSink sink = new();
        TelemetryCounts counts = new TraceReader(Stream("{\"shape\":\"q=1,k=2\",\"step\":0}"), new TelemetryReadOptions { Source = "log" }).Read(sink);

        sink.Requests.Should().ContainSingle().Which.Request.Approximation.Should().Contain("x was not recorded");
        sink.Requests[0].RequestId.Should().Be("log");
        counts.Remarks.Should().ContainSingle(remark => remark.Contains("1 steps came without x"));
    }

    [Theory]
    [InlineData("{\"step_s\":{\"shape\":\"q=1\"}}", "a shape needs q= and k=")]
    [InlineData("{\"step_s\":{\"batch_fp\":\"b\"}}", "the step has no shape")]
    [InlineData("{\"step_s\":{\"shape\":\"q=1,k=2\",\"queue_ms\":-1}}", "queue_time_ms")]
    [InlineData("{\"step_s\":{\"shape\":\"q=1,k=2\",\"algo_id\":1,\"algorithm_id\":2}}", "algorithm_id")]
    [InlineData("{\"step_s\":{\"shape\":\"q=1,k=2\",\"k\":3}}", "keys of its own")]
    [InlineData("{\"step_s\":{\"shape\":\"q=1,k=2\"}", "")]
    [InlineData("[1", "")]
    [InlineData("7", "expected an object")]
    [InlineData("{\"trace_x\":{\"id\":\"good\"}}", "was begun before")]
    [InlineData("{\"step_s\":{\"step\":0,\"shape\":\"q=1,k=2\"}}", "occurs twice")]
    public void A_damaged_line_is_named_and_skipped_only_when_asked(string damaged, string reason)
    {
        string text = "{\"trace_x\":{\"id\":\"good\"}}\n{\"step_s\":{\"step\":0,\"shape\":\"q=1,k=1\"}}\n" + damaged + "\n{\"step_s\":{\"step\":1,\"shape\":\"q=1,k=2\"}}\n";

        FluentActions.Invoking(() => Read(text)).Should().Throw<ContractFormatException>().Where(thrown => thrown.Line == 3 && thrown.Reason.Contains(reason));

        List<long> skipped = [];
        CollectingSink sink = new();
        TelemetryCounts counts = new TraceReader(Stream(text), new TelemetryReadOptions { SkipDamaged = true, OnSkipped = bad => skipped.Add(bad.Line) }).Read(sink);
        counts.Should().BeEquivalentTo(new { Records = 3L, Skipped = 1L });
        skipped.Should().Equal(3);
        sink.Steps.Select(step => step.Step.State.StepIndex).Should().Equal(0, 1);
    }

    [Theory]
    [InlineData("{\"trace_x\":{\"id\":\"a\"},\"step_s\":[{\"shape\":\"q=1,k=2\"},{\"shape\":\"q=0\"}]}")]
    [InlineData("{\"trace_x\":{\"id\":\"a\"},\"step_s\":[{\"step\":4,\"shape\":\"q=1,k=2\"},{\"step\":4,\"shape\":\"q=1,k=2\"}]}")]
    public void A_line_that_is_left_out_leaves_nothing_behind(string damaged)
    {
        CollectingSink sink = new();
        TelemetryCounts counts = new TraceReader(Stream(damaged + "\n{\"trace_x\":{\"id\":\"b\"}}\n"), new TelemetryReadOptions { SkipDamaged = true }).Read(sink);

        counts.Skipped.Should().Be(1);
        sink.Requests.Select(request => request.RequestId).Should().Equal("b");
        sink.Steps.Should().BeEmpty();
    }

    [Fact]
    public void Every_key_of_the_tables_is_on_the_page()
    {
        string page = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "telemetry.md")) + File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "contracts.md"));

        TraceKeys.Step.Keys.Concat(TraceKeys.Request.Keys).Should().HaveCountGreaterThan(150).And.OnlyContain(key => page.Contains($"`{key}`"));
    }

    private static CollectingSink Read(string text)
    {
        CollectingSink sink = new();
        new TraceReader(Stream(text), new TelemetryReadOptions { ImportedAt = Noon }).Read(sink);
        return sink;
    }

    private static MemoryStream Stream(string text) => new(Encoding.UTF8.GetBytes(text));
}
