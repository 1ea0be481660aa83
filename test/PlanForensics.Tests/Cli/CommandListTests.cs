using System.CommandLine;
using System.Globalization;
using FluentAssertions;
using PlanForensics.Cli;
using PlanForensics.Cli.Commands;
using Xunit;

namespace PlanForensics.Tests.Cli;

/// <summary>Commands are made when the command line may mean them; the list of commands shows the others without their options.</summary>
public sealed class CommandListTests
{
    [Fact]
    public void The_list_of_commands_reads_as_if_every_command_had_been_made()
    {
        using StringWriter whole = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
        Session session = new(whole, TextWriter.Null);
        RootCommand root = CommandLine.Root(session, CommandList.Create(session));

        root.Parse(["--help"]).Invoke(new InvocationConfiguration { Output = whole });

        ToolRun.Of("--help").Output.Should().Be(whole.ToString()).And.Contain("bisect <REQUEST_A> <REQUEST_B>");
    }

    [Fact]
    public void A_command_that_is_named_is_made_and_only_that_one()
    {
        Session session = new(TextWriter.Null, TextWriter.Null);

        CommandList.Create(session, ["--help"]).OfType<ToolCommand>().Should().BeEmpty();
        foreach (string name in CommandList.Create(session).Select(command => command.Name))
        {
            CommandList.Create(session, ["--json", name, "x"]).OfType<ToolCommand>().Select(command => command.Name).Should().Equal(name);
            CommandList.Create(session, ["[suggest:3]", $"tool {name} --x"]).OfType<ToolCommand>().Select(command => command.Name).Should().Equal(name);
        }
    }
}
