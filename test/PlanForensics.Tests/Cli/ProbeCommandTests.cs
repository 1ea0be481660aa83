using System.Text.Json;
using FluentAssertions;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Cli;

public sealed class ProbeCommandTests
{
    private static readonly string[] Places = ["/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblas.so.0", "/usr/lib/x86_64-linux-gnu/libopenblas.so.0"];

    [Theory]
    [InlineData("5,24,100")]
    [InlineData("5,24,100", "--terms-first")]
    [InlineData("1,40,33", "--threads", "1")]
    public void A_library_is_probed_and_replayed(string shape, params string[] options)
    {
        ToolRun run = ToolRun.Of(["probe", Library(), "--shape", shape, "--json", .. options]);

        run.ExitCode.Should().Be(0);
        run.Json.GetProperty("outcome").GetString().Should().Be("recovered");
        run.Json.GetProperty("elements").GetInt32().Should().Be(int.Parse(shape.Split(',')[0], null) * int.Parse(shape.Split(',')[1], null));
        run.Json.GetProperty("reproduced").GetInt32().Should().Be(run.Json.GetProperty("elements").GetInt32());
        OperatorPlan.Parse(run.Json.GetProperty("plan").GetString()!).Text.Should().Be(run.Json.GetProperty("plan").GetString());
        JsonElement[] classes = [.. run.Json.GetProperty("classes").EnumerateArray()];
        classes.Sum(found => found.GetProperty("outputs").GetInt32()).Should().Be(run.Json.GetProperty("elements").GetInt32());
        classes.Should().OnlyContain(found => found.GetProperty("tree").GetString()!.StartsWith('('));
        run.Json.GetProperty("calls").GetInt32().Should().BePositive();
    }

    [Fact]
    public void The_answer_in_words_names_plan_and_share()
    {
        ToolRun run = ToolRun.Of("probe", Library(), "--shape", "3,8,20");

        run.ExitCode.Should().Be(0);
        run.Output.Should().Contain("outcome      recovered").And.Contain("reproduced   24 of 24").And.Contain("not seen");
    }

    [Theory]
    [InlineData("libnowhere.so.0", "4,4,4", 3, "cannot be loaded")]
    [InlineData("libc.so.6", "4,4,4", 3, "does not export cblas_sgemm")]
    [InlineData("libc.so.6", "4,0,4", 2, "at least 1,1,1")]
    public void What_is_no_such_library_or_shape_is_said(string library, string shape, int code, string message)
    {
        if (library == "libc.so.6" && !OperatingSystem.IsLinux())
            Assert.Skip("the C library has another name here");
        ToolRun run = ToolRun.Of("probe", library, "--shape", shape);

        run.ExitCode.Should().Be(code);
        run.Error.Should().Contain(message);
        run.Output.Should().BeEmpty();
    }

    private static string Library()
    {
        string? path = Places.FirstOrDefault(File.Exists);
        if (path is null)
            Assert.Skip("no OpenBLAS on this machine; Debian's package is libopenblas0-pthread");
        return path;
    }
}
