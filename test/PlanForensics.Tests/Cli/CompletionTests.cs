using System.CommandLine;
using System.CommandLine.Completions;
using System.Diagnostics;
using System.Globalization;
using FluentAssertions;
using PlanForensics.Cli;
using PlanForensics.Cli.Commands;
using Xunit;

namespace PlanForensics.Tests.Cli;

public sealed class CompletionTests
{
    public static TheoryData<string> Shells => ["bash", "zsh", "fish", "powershell"];

    [Theory]
    [InlineData("planforensics att", "attribute")]
    [InlineData("planforensics plan ex", "explain")]
    [InlineData("planforensics list --st", "--store")]
    [InlineData("planforensics report --format ", "html,json,markdown")]
    [InlineData("planforensics report --format mark", "markdown")]
    [InlineData("planforensics bisect --target ", "bits,token")]
    [InlineData("planforensics replay x --activations ", "bf16,fp16,fp32")]
    [InlineData("planforensics completion f", "fish")]
    [InlineData("planforensics nothing-begins-so", "")]
    public void The_suggest_directive_completes_commands_options_and_values(string line, string expected)
    {
        ToolRun run = ToolRun.Of($"[suggest:{line.Length}]", line);

        run.ExitCode.Should().Be(0);
        run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().Equal(expected.Split(',', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public void Every_shell_is_given_a_script_that_asks_for_suggestions(string shell)
    {
        ToolRun run = ToolRun.Of("completion", shell);

        run.ExitCode.Should().Be(0);
        run.Output.Should().Contain("planforensics \"[suggest:").And.NotContain("\r");
        File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "cli.md")).Should().Contain($"planforensics completion {shell}");
    }

    [Fact]
    public void Another_shell_is_refused_with_those_that_there_are()
    {
        ToolRun run = ToolRun.Of("completion", "bsh");

        (run.ExitCode, run.Output).Should().Be((2, ""));
        run.Error.Should().Contain("bash, zsh, fish, powershell").And.Contain("did you mean bash?");
    }

    [Fact]
    public void Bash_completes_with_the_script()
    {
        Assert.SkipWhen(!File.Exists("/bin/bash"), "there is no bash on this machine");
        string script = $$"""
            planforensics() { dotnet '{{typeof(CommandLine).Assembly.Location}}' "$@"; }
            {{ToolRun.Of("completion", "bash").Output}}
            COMP_LINE='planforensics attr'; COMP_POINT=18; COMP_WORDS=(planforensics attr); COMP_CWORD=1
            _planforensics; echo "${COMPREPLY[*]}"
            """;
        ProcessStartInfo start = new("/bin/bash") { RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script);
        using Process process = Process.Start(start)!;

        process.StandardOutput.ReadToEnd().Should().Be("attribute\n");
    }

    [Fact]
    public void No_option_offers_names_of_the_code()
    {
        string[] offered = [.. Symbols().SelectMany(option => option.GetCompletions(CompletionContext.Empty).Select(item => $"{option.Name} {item.Label}"))];

        offered.Should().NotBeEmpty().And.OnlyContain(item => !item.Any(char.IsUpper));
    }

    private static IEnumerable<Option> Symbols()
    {
        using StringWriter nowhere = new(CultureInfo.InvariantCulture);
        RootCommand root = CommandLine.Root(new Session(nowhere, nowhere), CommandList.Create(new Session(nowhere, nowhere)));
        return [.. root.Subcommands.Concat(root.Subcommands.SelectMany(command => command.Subcommands)).SelectMany(command => command.Options)];
    }
}
