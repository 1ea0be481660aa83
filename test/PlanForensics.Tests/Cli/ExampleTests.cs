using System.CommandLine;
using System.Globalization;
using FluentAssertions;
using PlanForensics.Cli;
using PlanForensics.Cli.Commands;
using Xunit;

namespace PlanForensics.Tests.Cli;

/// <summary>The examples in the help are command lines that the tool takes.</summary>
public sealed class ExampleTests
{
    public static TheoryData<string> Examples
    {
        get
        {
            using StringWriter nowhere = new(CultureInfo.InvariantCulture);
            return [.. CommandList.Create(new Session(nowhere, nowhere)).SelectMany(command => command.Subcommands.Append(command)).OfType<ToolCommand>().SelectMany(command => command.Examples)];
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_is_taken(string example)
    {
        string[] words = Split(example);

        Parse(words).Should().BeEmpty(example);
        Parse([.. words, "--no-such-option"]).Should().NotBeEmpty("the control");
    }

    private static string[] Parse(string[] words)
    {
        using StringWriter nowhere = new(CultureInfo.InvariantCulture);
        RootCommand root = [CommonOptions.Json];
        foreach (Command command in CommandList.Create(new Session(nowhere, nowhere)))
            root.Add(command);
        ParseResult parsed = root.Parse(words, new ParserConfiguration { ResponseFileTokenReplacer = null });
        return [.. parsed.Errors.Select(error => error.Message), .. PlanForensics.Cli.Output.UsageErrors.Mistyped(parsed)];
    }

    // What a shell makes of it: quotes, and no redirection.
    private static string[] Split(string example)
    {
        string command = example.Split(" > ")[0].Split(" >> ")[0].Split(" < ")[0].Split(" | ")[0];
        return [.. command.Split('"').SelectMany((part, index) => index % 2 == 1 ? [part] : part.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
    }
}
