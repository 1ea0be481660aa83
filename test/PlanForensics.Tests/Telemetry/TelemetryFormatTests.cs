using System.Text;
using FluentAssertions;
using PlanForensics.Telemetry;
using Xunit;

namespace PlanForensics.Tests.Telemetry;

public sealed class TelemetryFormatTests
{
    [Theory]
    [InlineData("{\"schema_version\":1,\"request_id\":\"a\"}", TelemetryFormat.JsonLines)]
    [InlineData("{\"schema_version\":1,\"tenant\":{\"batch_fp\":1}}", TelemetryFormat.JsonLines)]
    [InlineData("{\"schema_version\":1,\"tenant\":{\"resourceSpans\":1}}", TelemetryFormat.JsonLines)]
    [InlineData("{damaged", TelemetryFormat.JsonLines)]
    [InlineData("", TelemetryFormat.JsonLines)]
    [InlineData("{\"trace_x\":{}}", TelemetryFormat.Trace)]
    [InlineData("[\n  {\"step_s\":{}}]", TelemetryFormat.Trace)]
    [InlineData("{\"batch_fp\":\"b\",\"shape\":\"q=1,k=2\"}", TelemetryFormat.Trace)]
    [InlineData("{\"resourceSpans\":[]}", TelemetryFormat.Otlp)]
    [InlineData("# HELP x y\n", TelemetryFormat.Prometheus)]
    [InlineData("# a comment\nvllm:num_requests_running{engine=\"0\"} 7\n", TelemetryFormat.Prometheus)]
    [InlineData("==PROF== Connected\n\"ID\",\"Kernel Name\"\n", TelemetryFormat.Ncu)]
    [InlineData("\"ID\",\"Process ID\",\"Kernel Name\"\n", TelemetryFormat.Ncu)]
    [InlineData("SQLite format 3\0", TelemetryFormat.Nsys)]
    public void Content_tells_the_format(string head, TelemetryFormat format) => TelemetryFormats.Detect(Encoding.UTF8.GetBytes(head)).Should().Be(format);

    [Theory]
    [InlineData("Dear reader, this is prose")]
    [InlineData("a,b,c\n1,2,3\n")]
    [InlineData("\0\u0001\u0002")]
    public void Content_of_none_of_them_is_not_guessed(string head) => TelemetryFormats.Detect(Encoding.UTF8.GetBytes(head)).Should().BeNull(); // negative control

    [Fact]
    public void Names_are_those_of_the_command_line() =>
        TelemetryFormats.All.Select(TelemetryFormats.NameOf).Should().Equal("jsonl", "trace", "nsys", "prometheus", "otlp", "ncu");
}
