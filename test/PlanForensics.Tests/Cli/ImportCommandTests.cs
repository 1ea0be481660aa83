using System.Text.Json;
using FluentAssertions;
using PlanForensics.Tests.Store;
using PlanForensics.Tests.Telemetry;
using Xunit;

namespace PlanForensics.Tests.Cli;

public sealed class ImportCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Store => _folder.File("store.db");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cutlass_gemm.sqlite", 6)]
    [InlineData("mpi_saxpy_2022.sqlite", 5)]
    public void A_real_profile_is_told_by_content_and_imported_once(string name, int kernels)
    {
        string file = SharedData.PathOf("nsys", name);

        JsonElement first = ToolRun.Of("import", file, "--store", Store, "--json").Json;
        JsonElement second = ToolRun.Of("import", file, "--store", Store, "--json").Json;

        first.EnumerateObject().Select(field => field.Name).TakeLast(6).Should().Equal("format", "records", "kernels", "steps", "skipped", "seconds");
        first.GetProperty("format").GetString().Should().Be("nsys");
        first.GetProperty("kernels").GetInt32().Should().Be(kernels);
        first.GetProperty("seconds").GetDouble().Should().BePositive();
        second.GetProperty("already_present").GetInt32().Should().Be(1);
        second.GetProperty("kernels").GetInt32().Should().Be(0);
        SqliteRows.Read(Store, "SELECT count(*) FROM v_kernels").Should().Equal($"{kernels}");
    }

    [Fact]
    public void Counters_join_launches_in_order_of_time_and_give_steps_their_hit_rate()
    {
        NsysFixture.Write(_folder.File("profile.sqlite"));
        string header = "\"ID\",\"Process ID\",\"Kernel Name\",\"Block Size\",\"Grid Size\",\"Device\",\"lts__t_sector_hit_rate.pct\"\n\"\",\"\",\"\",\"\",\"\",\"\",\"%\"\n";
        string Row(int id, string kernel, string grid, double rate) => FormattableString.Invariant($"\"{id}\",\"1\",\"{kernel}\",\"(128, 1, 1)\",\"{grid}\",\"0\",\"{rate}\"\n");
        string counters = Write("counters.csv", header + Row(0, NsysFixture.Gemm, "(8, 4, 1)", 50) + Row(1, "void ns::sampler_kernel<int>(float*)", "(8, 4, 1)", 100)
            + Row(2, NsysFixture.Gemm, "(9, 9, 9)", 99));

        ToolRun.Of("import", _folder.File("profile.sqlite"), "--store", Store).ExitCode.Should().Be(0);
        JsonElement done = ToolRun.Of("import", counters, "--store", Store, "--json").Json;

        done.GetProperty("format").GetString().Should().Be("ncu");
        done.GetProperty("kernels").GetInt32().Should().Be(3);
        done.GetProperty("joined").GetInt32().Should().Be(2, "a launch of another grid has no partner");
        SqliteRows.Read(Store, "SELECT launch_id, step_index, rank FROM v_kernel_counters ORDER BY launch_id").Should().Equal("0|0|0", "1|0|0", "2||");
        // (50 * 2,000,000 ns + 100 * 1,000 ns) / 2,001,000 ns = 50.02...%
        SqliteRows.Read(Store, "SELECT step_index, rank, round(l2_hit_rate, 6) FROM v_steps WHERE l2_hit_rate IS NOT NULL").Should().Equal("0|0|0.50025");
    }

    [Fact]
    public void Trace_dictionaries_come_back_from_the_store_as_contracts()
    {
        string file = Write("trace.jsonl", "{\"trace_x\":{\"request_id\":\"r\",\"tenant\":\"t\"}}\n{\"step_s\":{\"step\":0,\"shape\":\"q=2,k=2,h=8,d=64,tp=2\",\"batch_fp\":\"b\",\"zone\":9}}\n");

        JsonElement done = ToolRun.Of("import", file, "--store", Store, "--json").Json;

        (done.GetProperty("format").GetString(), done.GetProperty("records").GetInt32(), done.GetProperty("steps").GetInt32()).Should().Be(("trace", 2, 1));
        ToolRun.Of("export", "--store", Store).Output.Should().Contain("\"tenant\":\"t\"").And.Contain("\"zone\":9").And.Contain("\"batch_fingerprint\":\"b\"");
    }

    [Theory]
    [InlineData("a 1\nb{ 2\nc 3\n", "prometheus", 2)]
    [InlineData("{\"step_s\":{\"shape\":\"q=1,k=1\"}}\n{\"step_s\":{}}\n{\"step_s\":{\"shape\":\"q=1,k=2\"}}\n", "trace", 2)]
    public void A_damaged_line_leaves_nothing_behind_and_is_skipped_only_when_asked(string text, string format, int records)
    {
        string file = Write("damaged.txt", text);

        ToolRun strict = ToolRun.Of("import", file, "--store", Store, "--format", format);
        strict.ExitCode.Should().Be(3);
        strict.Error.Should().Contain("damaged.txt: line 2, column").And.Contain("nothing was imported").And.Contain("--skip-bad");
        SqliteRows.Read(Store, "SELECT (SELECT count(*) FROM imports) + (SELECT count(*) FROM requests) + (SELECT count(*) FROM metric_samples)").Should().Equal("0");

        JsonElement lenient = ToolRun.Of("import", file, "--store", Store, "--skip-bad", "--json").Json;
        (lenient.GetProperty("records").GetInt32(), lenient.GetProperty("skipped").GetInt32()).Should().Be((records, 1));
        lenient.GetProperty("skipped_lines")[0].GetProperty("line").GetInt32().Should().Be(2);
    }

    [Fact]
    public void A_request_that_is_there_from_elsewhere_is_not_overwritten()
    {
        ToolRun.Of("import", Write("a.jsonl", "{\"trace_x\":{\"id\":\"r\"}}\n"), "--store", Store).ExitCode.Should().Be(0);

        ToolRun again = ToolRun.Of("import", Write("b.jsonl", "{\"trace_x\":{\"id\":\"q\"}}\n{\"trace_x\":{\"id\":\"r\"}}\n"), "--store", Store);

        again.ExitCode.Should().Be(3);
        again.Error.Should().Contain("has a request \"r\" from elsewhere; nothing was changed");
        SqliteRows.Read(Store, "SELECT request_id FROM v_requests").Should().Equal("r");
    }

    [Fact]
    public void Cancelling_changes_nothing()
    {
        string file = Write("trace.jsonl", "{\"trace_x\":{\"id\":\"r\"}}\n");

        ToolRun.With(new CancellationToken(canceled: true), "import", file, "--store", Store).ExitCode.Should().Be(3);
        SqliteRows.Read(Store, "SELECT count(*) FROM requests").Should().Equal("0");
    }

    [Fact]
    public void What_is_no_known_format_is_refused_and_an_unknown_name_is_a_usage_error()
    {
        ToolRun prose = ToolRun.Of("import", Write("prose.txt", "Dear reader, this is prose"), "--store", Store);

        prose.ExitCode.Should().Be(3);
        prose.Error.Should().Contain("--format");
        ToolRun.Of("import", _folder.File("prose.txt"), "--store", Store, "--format", "csv").ExitCode.Should().Be(2);
    }

    private string Write(string name, string text)
    {
        File.WriteAllText(_folder.File(name), text);
        return _folder.File(name);
    }
}
