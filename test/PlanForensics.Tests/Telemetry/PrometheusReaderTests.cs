using System.Text;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Telemetry;
using PlanForensics.Telemetry;
using Xunit;

namespace PlanForensics.Tests.Telemetry;

public sealed class PrometheusReaderTests
{
    private const string Scrape = """
        # HELP vllm:num_requests_running Number of requests.
        # TYPE vllm:num_requests_running gauge
        vllm:num_requests_running{engine="0",model_name="a\"b\\c\nd"} 7.0
        # TYPE vllm:request_queue_time_seconds histogram
        vllm:request_queue_time_seconds_bucket{le="0.3"} 4 1700000000000
        vllm:request_queue_time_seconds_bucket{le="+Inf"} 5 1700000000000
        vllm:request_queue_time_seconds_sum 1.25e-1 1700000000000
        DCGM_FI_DEV_FB_FREE{gpu="0", UUID="GPU-1", } 12034
        DCGM_FI_DEV_ECC_DBE_VOL_TOTAL{gpu="0"} 0
        plain NaN
        up -Inf

        """;

    [Fact]
    public void Samples_are_kept_with_type_labels_time_and_meaning()
    {
        (CollectingSink sink, TelemetryCounts counts) = Read(Scrape);

        counts.Records.Should().Be(8);
        sink.Samples.Select(sample => (sample.Name, sample.Type, sample.Meaning)).Should().Equal(
            ("vllm:num_requests_running", "gauge", "running_requests"),
            ("vllm:request_queue_time_seconds_bucket", "histogram", "queue_time_seconds_bucket"),
            ("vllm:request_queue_time_seconds_bucket", "histogram", "queue_time_seconds_bucket"),
            ("vllm:request_queue_time_seconds_sum", "histogram", "queue_time_seconds_sum"),
            ("DCGM_FI_DEV_FB_FREE", null, "vram_free_mb"),
            ("DCGM_FI_DEV_ECC_DBE_VOL_TOTAL", null, "hardware_error"),
            ("plain", null, null),
            ("up", null, null));
        sink.Samples.Select(sample => sample.Value).Should().Equal(7, 4, 5, 0.125, 12034, 0, double.NaN, double.NegativeInfinity);
        sink.Samples[0].Labels.Should().Equal(new ValueMap([new("engine", "0"), new("model_name", "a\"b\\c\nd")]));
        sink.Samples[1].SampledAt.Should().Be(new DateTimeOffset(2023, 11, 14, 22, 13, 20, TimeSpan.Zero));
        sink.Samples[0].SampledAt.Should().BeNull();
        counts.Remarks.Should().ContainSingle(remark => remark.StartsWith("5 samples say no time"));
    }

    [Fact]
    public void OpenMetrics_counts_seconds_and_may_carry_exemplars()
    {
        (CollectingSink sink, _) = Read("# UNIT a seconds\na_bucket{le=\"1\"} 3 1700000000.5 # {trace_id=\"x\"} 0.7\n# EOF\n");

        MetricSample sample = sink.Samples.Should().ContainSingle().Which;
        sample.SampledAt.Should().Be(new DateTimeOffset(2023, 11, 14, 22, 13, 20, 500, TimeSpan.Zero));
    }

    [Theory]
    [InlineData("a{x=\"1} 2")]
    [InlineData("a{x=1} 2")]
    [InlineData("a{x=\"1\" y=\"2\"} 2")]
    [InlineData("a{x=\"1\",x=\"2\"} 2")]
    [InlineData("a")]
    [InlineData("a b")]
    [InlineData("a 1 b")]
    [InlineData("a 1 2 3")]
    [InlineData("9a 1")]
    public void A_damaged_line_is_named_and_skipped_only_when_asked(string damaged)
    {
        string text = $"good 1\n{damaged}\ngood 2";

        FluentActions.Invoking(() => Read(text)).Should().Throw<ContractFormatException>().Which.Line.Should().Be(2);
        (CollectingSink sink, TelemetryCounts counts) = Read(text, skip: true);
        counts.Should().BeEquivalentTo(new { Records = 2L, Skipped = 1L });
        sink.Samples.Select(sample => sample.Value).Should().Equal(1, 2);
    }

    private static (CollectingSink Sink, TelemetryCounts Counts) Read(string text, bool skip = false)
    {
        CollectingSink sink = new();
        return (sink, new PrometheusReader(new MemoryStream(Encoding.UTF8.GetBytes(text)), new TelemetryReadOptions { SkipDamaged = skip }).Read(sink));
    }
}
