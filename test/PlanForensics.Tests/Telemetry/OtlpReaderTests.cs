using System.Text;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Plans;
using PlanForensics.Telemetry;
using Xunit;

namespace PlanForensics.Tests.Telemetry;

public sealed class OtlpReaderTests
{
    private const string Request = """
        {"traceId":"aa","spanId":"01","name":"llm_request","startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000001500000000","attributes":[
          {"key":"gen_ai.request.id","value":{"stringValue":"cmpl-1"}},{"key":"gen_ai.response.model","value":{"stringValue":"m7"}},
          {"key":"gen_ai.request.temperature","value":{"doubleValue":0.5}},{"key":"gen_ai.request.max_tokens","value":{"intValue":"16"}},
          {"key":"gen_ai.usage.prompt_tokens","value":{"intValue":"37"}},{"key":"gen_ai.latency.time_in_queue","value":{"doubleValue":0.02}},
          {"key":"gen_ai.response.finish_reasons","value":{"arrayValue":{"values":[{"stringValue":"stop"}]}}}]}
        """;

    private const string Step = """
        {"traceId":"aa","spanId":"02","parentSpanId":"01","name":"planforensics.step","startTimeUnixNano":"1700000000100000000","attributes":[
          {"key":"planforensics.step.index","value":{"intValue":"4"}},{"key":"planforensics.step.query_length","value":{"intValue":"1"}},
          {"key":"planforensics.step.key_length","value":{"intValue":"41"}},{"key":"planforensics.step.kv_regime","value":{"stringValue":"paged"}}]}
        """;

    [Fact]
    public void A_span_with_gen_ai_attributes_is_a_request_and_keeps_all_of_them()
    {
        (CollectingSink sink, TelemetryCounts counts) = Read(Document(Step, Request, "{\"traceId\":\"aa\",\"spanId\":\"03\",\"name\":\"GET /\"}"));

        ExecutionContract request = sink.Requests.Should().ContainSingle().Which;
        request.RequestId.Should().Be("cmpl-1");
        request.Model.Name.Should().Be("m7");
        request.Replica.Should().Be("pod-1");
        request.RecordedAt.Should().Be(new DateTimeOffset(2023, 11, 14, 22, 13, 20, TimeSpan.Zero));
        (request.CompletedAt - request.RecordedAt).Should().Be(TimeSpan.FromSeconds(1.5));
        request.FinishReason.Should().Be("stop");
        request.Request.Decode.Should().Be(new DecodeConfiguration { Temperature = 0.5, MaxTokens = 16 });
        request.Request.EffectiveTokenCount.Should().Be(37);
        request.Request.Approximation.Should().NotBeNull();
        request.Request.UnknownFields!["otlp"].GetProperty("attributes").GetProperty("gen_ai.latency.time_in_queue").GetDouble().Should().Be(0.02);

        StepState step = sink.Steps.Should().ContainSingle().Which.Step.State;
        step.StepIndex.Should().Be(4);
        step.Phase.Should().Be(ExecutionPhase.Decode);
        step.KvRegime.Should().Be("paged");
        counts.Records.Should().Be(3);
        counts.Remarks.Should().ContainSingle(remark => remark.StartsWith("1 spans have neither"));
    }

    [Fact]
    public void Documents_may_come_one_a_line_and_equal_names_are_told_apart()
    {
        string line = Document(Request).ReplaceLineEndings(" ");

        (CollectingSink sink, TelemetryCounts counts) = Read($"{line}\n{line.Replace("\"01\"", "\"09\"", StringComparison.Ordinal)}\n");

        sink.Requests.Select(request => request.RequestId).Should().Equal("cmpl-1", "cmpl-1#09");
        counts.Records.Should().Be(2);
    }

    [Fact]
    public void A_step_without_its_request_is_remarked_and_left_out() // negative control of the join
    {
        (CollectingSink sink, TelemetryCounts counts) = Read(Document(Request, Step.Replace("\"parentSpanId\":\"01\"", "\"parentSpanId\":\"77\"", StringComparison.Ordinal)));

        sink.Steps.Should().BeEmpty();
        counts.Remarks.Should().ContainSingle(remark => remark.Contains("hang under no request"));
    }

    [Fact]
    public void A_damaged_span_or_line_is_named_and_skipped_only_when_asked()
    {
        string good = Document(Request).ReplaceLineEndings(" ");
        string bad = good.Replace("\"doubleValue\":0.5", "\"stringValue\":\"warm\"", StringComparison.Ordinal);

        FluentActions.Invoking(() => Read($"{good}\n{bad}\n")).Should().Throw<ContractFormatException>().Where(thrown => thrown.Line == 2 && thrown.Reason.StartsWith("span 01"));
        FluentActions.Invoking(() => Read($"{good}\n{{\"resourceSpans\":[\n")).Should().Throw<ContractFormatException>().Which.Line.Should().Be(2);
        Read($"{good}\n{bad}\n{{\n", skip: true).Counts.Should().BeEquivalentTo(new { Records = 2L, Skipped = 2L });
    }

    private static string Document(params string[] spans) =>
        "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.instance.id\",\"value\":{\"stringValue\":\"pod-1\"}}]},\"scopeSpans\":[{\"spans\":["
        + string.Join(",", spans) + "]}]}]}";

    private static (CollectingSink Sink, TelemetryCounts Counts) Read(string text, bool skip = false)
    {
        CollectingSink sink = new();
        return (sink, new OtlpReader(new MemoryStream(Encoding.UTF8.GetBytes(text)), new TelemetryReadOptions { SkipDamaged = skip }).Read(sink));
    }
}
