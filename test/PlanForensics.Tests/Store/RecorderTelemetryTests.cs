using System.Diagnostics;
using FluentAssertions;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Regimes;
using PlanForensics.Store;
using PlanForensics.Telemetry;
using PlanForensics.Tests.Contracts;
using PlanForensics.Tests.Telemetry;
using Xunit;

namespace PlanForensics.Tests.Store;

// Listeners see every recorder of the process: tests look for their own model's name, and run alone.
[Collection(nameof(RecorderTelemetryTests))]
[CollectionDefinition(nameof(RecorderTelemetryTests), DisableParallelization = true)]
public sealed class RecorderTelemetryTests : IDisposable
{
    private static readonly ModelIdentity Model = new() { Name = "watched", WeightsSha256 = new string('b', 64) };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_exporter_sees_a_span_a_request_and_a_span_a_step()
    {
        List<Activity> spans = [];
        using (TracerProvider tracing = Sdk.CreateTracerProviderBuilder().AddSource(RecorderTelemetry.SourceName).AddInMemoryExporter(spans).Build())
        {
            using Activity outer = new Activity("outer").Start();
            outer.ActivityTraceFlags = ActivityTraceFlags.Recorded;
            Record(new RecorderOptions { WhenFull = QueueFullPolicy.Block, RegimeOf = RegimeOf });
            Activity.Current.Should().BeSameAs(outer, "the thread's own activity stays");
        }

        Activity[] own = [.. spans.Where(span => span.DisplayName == "text_completion watched")];
        Activity request = own.Should().ContainSingle().Which;
        Tags(request).Should().Contain(new Dictionary<string, object?>
        {
            ["gen_ai.operation.name"] = "text_completion",
            ["gen_ai.request.model"] = "watched",
            ["gen_ai.response.id"] = "r1",
            ["gen_ai.request.temperature"] = 0d,
            ["gen_ai.usage.input_tokens"] = 3,
            ["gen_ai.usage.output_tokens"] = 3L,
            ["planforensics.weights.sha256"] = new string('b', 64),
            ["planforensics.dropped_steps"] = 0L,
        });
        Tags(request)["gen_ai.response.finish_reasons"].Should().BeEquivalentTo(new[] { "stop" });
        Activity[] steps = [.. spans.Where(span => span.ParentSpanId == request.SpanId && span.DisplayName == "planforensics.step")];
        steps.Select(step => Tags(step)["planforensics.step.index"]).Should().Equal(0, 1, 2);
        Tags(steps[1]).Should().Contain(new Dictionary<string, object?>
        {
            ["planforensics.step.phase"] = "decode",
            ["planforensics.step.regime"] = "normal",
            ["planforensics.step.key_length"] = 4,
            ["planforensics.step.batch_size"] = 2,
            ["planforensics.step.algorithm_id"] = "66",
            ["planforensics.step.margin"] = 5.0,
        });
        steps.Should().OnlyContain(step => step.Duration == TimeSpan.FromMilliseconds(4));
        spans.SelectMany(span => span.TagObjects).Should().NotContain(tag => tag.Key.Contains("prompt"), "texts never leave by telemetry");
    }

    [Fact]
    public void The_classifier_names_the_regime_of_each_step()
    {
        List<Activity> spans = [];
        using (TracerProvider tracing = Sdk.CreateTracerProviderBuilder().AddSource(RecorderTelemetry.SourceName).AddInMemoryExporter(spans).Build())
        using (Recorder recorder = Recorder.Start(_folder.File(), new RecorderOptions { WhenFull = QueueFullPolicy.Block, RegimeOf = new RegimeClassifier().NameOf }))
        {
            RequestRecording recording = recorder.Begin("classified", Model, EffectiveRequest.FromTokenIds([1, 2, 3]));
            double?[] free = [2000, 1000, null];
            for (int index = 0; index < free.Length; index++)
                recording.Step(ContractSamples.State(index) with { VramFreeMb = free[index], KvPoolMb = 4000, QueueTimeMs = 1 }, new StepObservation());
            recording.Complete("stop");
        }

        spans.Where(span => span.DisplayName == "planforensics.step").Select(span => Tags(span)["planforensics.step.regime"]).Should().Equal("normal", "memory_pressured", "unknown");
    }

    [Fact]
    public void What_an_exporter_sends_comes_back_by_import()
    {
        List<Activity> spans = [];
        using (TracerProvider tracing = Sdk.CreateTracerProviderBuilder().AddSource(RecorderTelemetry.SourceName).AddInMemoryExporter(spans).Build())
            Record(new RecorderOptions { WhenFull = QueueFullPolicy.Block, RegimeOf = RegimeOf });
        Activity request = spans.Single(span => span.DisplayName == "text_completion watched");
        Activity[] own = [.. spans.Where(span => span.TraceId == request.TraceId)];
        CollectingSink sink = new();

        new OtlpReader(new MemoryStream(OtlpJson.Of(own))).Read(sink);

        ExecutionContract read = sink.Requests.Should().ContainSingle().Which;
        (read.RequestId, read.Model.Name, read.FinishReason).Should().Be(("r1", "watched", "stop"));
        read.Model.WeightsSha256.Should().Be(Model.WeightsSha256);
        read.Request.EffectiveTokenCount.Should().Be(3);
        using ContractStore store = ContractStore.Open(_folder.File(), ContractStoreMode.ReadOnly);
        ExecutionContract recorded = store.Get("r1");
        read.Request.TokenHash.Should().Be(recorded.Request.TokenHash);
        sink.Steps.Select(step => step.Step.State with { UnknownFields = null, StartedAt = null }).Should().Equal(recorded.Steps.Select(step => step.State with { StartedAt = null,
            Shape = new StepShape { QueryLength = step.State.Shape.QueryLength, KeyLength = step.State.Shape.KeyLength } }));
        sink.Steps.Should().OnlyContain(step => step.Step.State.UnknownFields!.ContainsKey("regime"));
    }

    [Fact]
    public void Metrics_count_steps_regimes_margins_and_drops()
    {
        List<Metric> metrics = [];
        using MeterProvider metering = Sdk.CreateMeterProviderBuilder().AddMeter(RecorderTelemetry.MeterName).AddInMemoryExporter(metrics).Build();
        Record(new RecorderOptions { WhenFull = QueueFullPolicy.Block, RegimeOf = RegimeOf });
        metering.ForceFlush();

        Sum(metrics, "planforensics.recorder.steps", "planforensics.regime", "normal").Should().Be(2);
        Sum(metrics, "planforensics.recorder.steps", "planforensics.regime", "paging").Should().Be(1);
        Sum(metrics, "planforensics.recorder.regime_changes", "planforensics.to", "paging").Should().Be(1);
        Points(metrics, "planforensics.recorder.margin").Should().Contain(point => point.GetHistogramCount() >= 1 && point.GetHistogramSum() > 0);
        Points(metrics, "planforensics.recorder.refused").Should().BeEmpty();
    }

    [Fact]
    public void Dropped_steps_are_counted_and_logged()
    {
        List<Metric> metrics = [];
        List<LogRecord> records = [];
        using MeterProvider metering = Sdk.CreateMeterProviderBuilder().AddMeter(RecorderTelemetry.MeterName).AddInMemoryExporter(metrics).Build();
        using (ILoggerFactory logging = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Debug).AddOpenTelemetry(options => options.AddInMemoryExporter(records))))
        using (Recorder recorder = Recorder.Start(_folder.File(), new RecorderOptions
        {
            WhenFull = QueueFullPolicy.DropAndCount,
            Capacity = 2,
            BatchInterval = TimeSpan.FromSeconds(1),
            Logger = logging.CreateLogger("recorder"),
            RegimeOf = RegimeOf,
        }))
        {
            RequestRecording recording = recorder.Begin("r1", Model, EffectiveRequest.FromTokenIds([1, 2, 3]));
            int dropped = Enumerable.Range(0, 5000).Count(index => !recording.Step(ContractSamples.State(index), new StepObservation()));
            recording.Complete("stop");
            recorder.Flush();
            dropped.Should().BePositive();
            metering.ForceFlush();
            Points(metrics, "planforensics.recorder.dropped").Sum(point => point.GetSumLong()).Should().BeGreaterThanOrEqualTo(dropped);
        }

        records.Select(record => record.EventId.Name).Should().Contain(["Begun", "Completed", "Dropped"]);
        records.Should().Contain(record => record.LogLevel == LogLevel.Warning && record.EventId.Name == "Dropped");
    }

    [Fact]
    public void A_refused_request_and_an_unfinished_one_are_told()
    {
        List<LogRecord> records = [];
        List<Activity> spans = [];
        using TracerProvider tracing = Sdk.CreateTracerProviderBuilder().AddSource(RecorderTelemetry.SourceName).AddInMemoryExporter(spans).Build();
        using ILoggerFactory logging = LoggerFactory.Create(builder => builder.AddOpenTelemetry(options => options.AddInMemoryExporter(records)));
        RecorderOptions options = new() { WhenFull = QueueFullPolicy.Block, Logger = logging.CreateLogger("recorder") };
        Record(options);

        FluentActions.Invoking(() => Record(options)).Should().Throw<ContractStoreException>();
        using (Recorder recorder = Recorder.Start(_folder.File(), options))
            recorder.Begin("r2", Model, EffectiveRequest.FromTokenIds([1, 2, 3]));

        records.Should().Contain(record => record.EventId.Name == "Refused" && record.LogLevel == LogLevel.Warning);
        spans.Should().Contain(span => Equals(span.GetTagItem("gen_ai.response.id"), "r2") && span.Status == ActivityStatusCode.Error);
    }

    [Fact]
    public void While_nobody_listens_there_is_no_span_and_no_call() // negative control
    {
        int asked = 0;
        Record(new RecorderOptions
        {
            WhenFull = QueueFullPolicy.Block,
            RegimeOf = _ =>
            {
                asked++;
                return "normal";
            },
        });

        asked.Should().Be(0);
    }

    private static string RegimeOf(StepState state) => state.StepIndex == 2 ? "paging" : "normal";

    private void Record(RecorderOptions options)
    {
        using Recorder recorder = Recorder.Start(_folder.File(), options);
        RequestRecording recording = recorder.Begin("r1", Model, EffectiveRequest.FromTokenIds([1, 5, 9], new DecodeConfiguration { Method = "greedy", Temperature = 0 }));
        for (int index = 0; index < 2; index++)
            recording.Step(ContractSamples.State(index) with { GpuTimeMs = 4 }, StepObservation.FromLogits(TensorValue.FromFp32([1, 6, 0], 3), 1));
        recording.Step(ContractSamples.State(2) with { GpuTimeMs = 4 }, new StepSample
        {
            StepIndex = 2,
            Phase = ExecutionPhase.Decode,
            QueryLength = 1,
            KeyLength = 5,
            ChosenToken = 4,
            LogitsFormat = NumericFormat.Bf16,
            Top1Bits = 0x4000,
            Top2Bits = 0x3F80,
        });
        recording.Complete("stop");
    }

    private static Dictionary<string, object?> Tags(Activity span) => span.TagObjects.ToDictionary(tag => tag.Key, tag => tag.Value);

    private static List<MetricPoint> Points(List<Metric> metrics, string name)
    {
        List<MetricPoint> points = [];
        foreach (Metric metric in metrics.Where(metric => metric.Name == name).TakeLast(1))
            foreach (ref readonly MetricPoint point in metric.GetMetricPoints())
                points.Add(point);
        return points;
    }

    private static long Sum(List<Metric> metrics, string name, string tag, string value)
    {
        long sum = 0;
        foreach (MetricPoint point in Points(metrics, name))
            foreach (KeyValuePair<string, object?> pair in point.Tags)
                if (pair.Key == tag && Equals(pair.Value, value))
                    sum += point.GetSumLong();
        return sum;
    }
}
