using System.Text.Json;
using FluentAssertions;
using Xunit;

namespace PlanForensics.Tests.Cli;

public sealed class ReportCommandTests(Incident incident) : IClassFixture<Incident>
{
    private string Candidates => incident.Write("candidates.txt", "[as it says]\nrecorded\n[another]\nsplit_k4\n");

    private string[] Comparison => ["report", "b1-p0", "--against", "b4-p0", "--store", incident.StorePath, "--model", Incident.ModelPath, "--candidates", Candidates, "--activations", "fp32", "--steps", "3"];

    [Fact]
    public void A_comparison_is_written_in_the_form_that_the_name_says()
    {
        foreach ((string name, string start) in new[] { ("a.html", "<!doctype html>"), ("a.md", "# Report on request b1-p0 against b4-p0"), ("a.json", "{\n  \"report_version\": 1,") })
        {
            string path = incident.PathOf(name);
            ToolRun run = ToolRun.Of([.. Comparison, "--out", path]);

            run.Error.Should().BeEmpty();
            run.Output.Should().StartWith($"wrote {path} (");
            File.ReadAllText(path).Should().StartWith(start);
        }
    }

    [Fact]
    public void It_ends_as_the_postmortem_does_and_holds_its_finding()
    {
        string[] asked = ["b1-p0", "b4-p0", "--store", incident.StorePath, "--model", Incident.ModelPath, "--candidates", Candidates, "--activations", "fp32", "--steps", "3"];
        ToolRun postmortem = ToolRun.Of(["postmortem", .. asked, "--json"]);

        ToolRun report = ToolRun.Of([.. Comparison, "--json"]);

        report.ExitCode.Should().Be(postmortem.ExitCode);
        report.Json.GetProperty("verdict").GetProperty("state").GetString().Should().Be(postmortem.Json.GetProperty("state").GetString());
        report.Json.GetProperty("verdict").GetProperty("sentence").GetString().Should().BeEquivalentTo(postmortem.Json.GetProperty("explanation").GetString());
        report.Json.GetProperty("sides").GetArrayLength().Should().Be(2);
        report.Json.GetProperty("layers").GetProperty("cells").GetArrayLength().Should().BePositive();
    }

    [Fact]
    public void A_single_request_is_attributed()
    {
        ToolRun run = ToolRun.Of("report", "b1-p0", "--store", incident.StorePath, "--model", Incident.ModelPath, "--candidates", Candidates, "--activations", "fp32", "--steps", "2", "--json");

        run.ExitCode.Should().Be(0, run.Error);
        run.Json.GetProperty("kind").GetString().Should().Be("request");
        JsonElement found = run.Json.GetProperty("attributions")[0].GetProperty("classes")[0];
        found.GetProperty("members").EnumerateArray().Select(name => name.GetString()).Should().Equal("as it says");
        found.GetProperty("reproduces_everything").GetBoolean().Should().BeTrue();
    }

    [Fact]
    public void Without_a_model_it_says_what_was_recorded_and_that_plans_were_not_asked()
    {
        ToolRun one = ToolRun.Of("report", "b1-p0", "--store", incident.StorePath);
        ToolRun two = ToolRun.Of("report", "b1-p0", "--against", "b4-p0", "--store", incident.StorePath);

        one.ExitCode.Should().Be(0);
        one.Output.Should().StartWith("# Report on request b1-p0").And.Contain("Plans were not asked");
        two.ExitCode.Should().Be(1, "as diff --store ends");
        two.Output.Should().Contain("Bits first differ at step");
    }

    [Fact]
    public void A_file_that_exists_is_replaced_whole()
    {
        string path = incident.Write("old.md", new string('x', 100_000));

        ToolRun.Of("report", "b1-p0", "--store", incident.StorePath, "--out", path).ExitCode.Should().Be(0);

        File.ReadAllText(path).Should().StartWith("# Report").And.NotContain("xxx");
        Directory.GetFiles(Path.GetDirectoryName(path)!, "*.part-*").Should().BeEmpty();
    }

    [Theory]
    [InlineData(2, "expected REQUEST and --store DB, or --incident DIR", "report", "b1-p0")]
    [InlineData(2, "does not say a format (extension .txt)", "report", "b1-p0", "--store", "STORE", "--out", "x.txt")]
    [InlineData(2, "--format is html, markdown or json; got \"pdf\"", "report", "b1-p0", "--store", "STORE", "--format", "pdf")]
    [InlineData(2, "--incident stands instead of", "report", "b1-p0", "--incident", "x", "--model", "y")]
    [InlineData(2, "needs --model PATH", "report", "--incident", "x")]
    [InlineData(3, "has no request \"b1-p9\"", "report", "b1-p9", "--store", "STORE")]
    [InlineData(3, "there is no folder", "report", "b1-p0", "--store", "STORE", "--out", "/none/such/x.html")]
    public void What_cannot_be_done_is_said(int exitCode, string message, params string[] arguments)
    {
        ToolRun run = ToolRun.Of([.. arguments.Select(argument => argument == "STORE" ? incident.StorePath : argument)]);

        run.ExitCode.Should().Be(exitCode);
        run.Output.Should().BeEmpty();
        run.Error.Should().Contain(message);
    }
}
