using System.Text;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Telemetry;
using PlanForensics.Telemetry;
using Xunit;

namespace PlanForensics.Tests.Telemetry;

public sealed class NcuCsvReaderTests
{
    private const string Raw = """
        ==PROF== Connected to process 1
        a program's line, with a comma
        "ID","Process ID","Process Name","Host Name","Kernel Name","Context","Stream","Block Size","Grid Size","Device","CC","gpu__time_duration.sum","lts__t_sector_hit_rate.pct","smsp__average_warps_issue_stalled_long_scoreboard_per_issue_active.ratio","sm__inst_executed_pipe_tensor.avg.pct_of_peak_sustained_active"
        "","","","","","","","","","","","nsecond","%","inst","%"
        "0","1","a","h","void f<int>(float*, ""x"")","1","7","(128, 1, 1)","(8, 4, 1)","0","9.0","2,000,000","55.5","3.1","70.25"
        "1","1","a","h","g","1","7","(64, 1, 1)","(2, 1, 1)","0","9.0","1,000","95","n/a",""
        """;

    [Fact]
    public void Raw_output_has_a_row_of_units_and_a_row_a_launch()
    {
        (CollectingSink sink, TelemetryCounts counts) = Read(Raw);

        counts.Should().BeEquivalentTo(new { Records = 2L, Skipped = 0L });
        KernelCounters first = sink.CounterLaunches[0];
        first.Kernel.Should().BeEquivalentTo(new { Name = "void f<int>(float*, \"x\")", BaseName = "f" });
        (first.LaunchId, first.Grid.ToString(), first.Block.ToString()).Should().Be((0, "8,4,1", "128,1,1"));
        first.Values.Should().Equal(
            new KernelCounter("gpu__time_duration.sum", "nsecond", 2_000_000, null, "duration"),
            new KernelCounter("lts__t_sector_hit_rate.pct", "%", 55.5, null, "l2_hit_rate"),
            new KernelCounter("smsp__average_warps_issue_stalled_long_scoreboard_per_issue_active.ratio", "inst", 3.1, null, "stall.long_scoreboard"),
            new KernelCounter("sm__inst_executed_pipe_tensor.avg.pct_of_peak_sustained_active", "%", 70.25, null, "tensor_pipe_active"));
        sink.CounterLaunches[1].Values.Should().HaveCount(3).And.Contain(counter => counter.Text == "n/a" && counter.Value == null);
    }

    [Fact]
    public void Details_have_a_row_a_metric()
    {
        (CollectingSink sink, TelemetryCounts counts) = Read("""
            "ID","Process ID","Kernel Name","Block Size","Grid Size","Device","Section Name","Metric Name","Metric Unit","Metric Value"
            "0","1","f","(128, 1, 1)","(8, 4, 1)","0","Memory","L2 Hit Rate","%","55.5"
            "0","1","f","(128, 1, 1)","(8, 4, 1)","0","Command line","smsp__warps_issue_stalled_long_scoreboard.avg","warp","1,234.5"
            "1","1","f","(128, 1, 1)","(8, 4, 1)","0","Memory","L2 Hit Rate","%","65,77"
            """);

        counts.Records.Should().Be(2);
        sink.CounterLaunches.Select(launch => launch.Values.Count).Should().Equal(2, 1);
        sink.CounterLaunches[0].Values.Select(value => (value.Value, value.Meaning)).Should().Equal((55.5, "l2_hit_rate"), (1234.5, "stall.long_scoreboard"));
        sink.CounterLaunches[1].Values[0].Value.Should().Be(65.77);
        counts.Remarks.Should().ContainSingle(remark => remark.Contains("decimal comma"));
    }

    [Theory]
    [InlineData("smsp__warps_issue_stalled_long_scoreboard", "stall.long_scoreboard")]
    [InlineData("smsp__average_warp_latency_issue_stalled_math_pipe_throttle.ratio", "stall.math_pipe_throttle")]
    [InlineData("smsp__pcsamp_warps_issue_stalled_barrier_not_issued", "stall.barrier")]
    [InlineData("smsp__warp_issue_stalled_lg_throttle_per_warp_active.pct", "stall.lg_throttle")]
    [InlineData("lts__t_sectors_lookup_hit.sum", "l2_sectors")]
    [InlineData("dram__bytes.sum", null)]
    public void Counters_are_named_by_what_they_say(string metric, string? meaning) => CounterMeanings.Of(metric).Should().Be(meaning);

    [Theory]
    [InlineData("\"2\",\"1\",\"a")]
    [InlineData("\"2\",\"1\"")]
    [InlineData("\"x\",\"1\",\"a\",\"h\",\"g\",\"1\",\"7\",\"\",\"\",\"0\",\"9.0\",\"1\",\"2\",\"3\",\"4\"")]
    public void A_damaged_line_is_named_and_skipped_only_when_asked(string damaged)
    {
        string text = $"{Raw}\n{damaged}\n";

        FluentActions.Invoking(() => Read(text)).Should().Throw<ContractFormatException>().Which.Line.Should().Be(7);
        Read(text, skip: true).Counts.Should().BeEquivalentTo(new { Records = 2L, Skipped = 1L });
    }

    [Fact]
    public void Output_without_a_header_is_refused() =>
        FluentActions.Invoking(() => Read("==ERROR== permission denied\n")).Should().Throw<ContractFormatException>().WithMessage("*no header*");

    private static (CollectingSink Sink, TelemetryCounts Counts) Read(string text, bool skip = false)
    {
        CollectingSink sink = new();
        return (sink, new NcuCsvReader(new MemoryStream(Encoding.UTF8.GetBytes(text)), new TelemetryReadOptions { SkipDamaged = skip }).Read(sink));
    }
}
