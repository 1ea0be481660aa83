using FluentAssertions;
using Xunit;

namespace PlanForensics.Tests.Cli;

public sealed class CommandLineTests
{
    public static TheoryData<string> Commands => [.. HelpPages.CommandPaths()];

    [Fact]
    public void Without_a_command_usage_is_told()
    {
        ToolRun run = ToolRun.Of();

        run.ExitCode.Should().Be(2);
        run.Output.Should().BeEmpty();
        run.Error.Should().Contain("planforensics --help");
    }

    [Fact]
    public void A_mistyped_command_is_answered_with_near_ones()
    {
        ToolRun run = ToolRun.Of("plann");

        run.ExitCode.Should().Be(2);
        run.Error.Should().Contain("did you mean plan?");
    }

    [Fact]
    public void A_mistyped_option_is_answered_with_near_ones()
    {
        ToolRun run = ToolRun.Of("plan", "explain", "gemm", "--shap", "8,64,256");

        run.ExitCode.Should().Be(2);
        run.Error.Should().Contain("--shape");
    }

    [Fact]
    public void The_version_is_printed()
    {
        ToolRun run = ToolRun.Of("--version");

        run.ExitCode.Should().Be(0);
        run.Output.Should().MatchRegex(@"^\d+\.\d+\.\d+");
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_has_help_with_an_example_and_takes_json(string path)
    {
        ToolRun run = ToolRun.Of([.. path.Split(' '), "--help"]);

        run.ExitCode.Should().Be(0);
        run.Error.Should().BeEmpty();
        run.Output.Should().Contain("--json").And.Contain($"Examples:\n  planforensics {path.Split(' ')[0]}").And.Contain("Exit codes:");
        run.Output.Split('\n').Should().OnlyContain(line => line.TrimEnd().Length <= 80);
    }
}
