using System.CommandLine;
using System.Globalization;
using PlanForensics.Cli;
using PlanForensics.Cli.Commands;

namespace PlanForensics.Tests.Cli;

/// <summary>The commands that the tool has.</summary>
internal static class HelpPages
{
    public static IEnumerable<string> CommandPaths()
    {
        using StringWriter nowhere = new(CultureInfo.InvariantCulture);
        return [.. CommandList.Create(new Session(nowhere, nowhere)).SelectMany(command => Paths(command, command.Name))];
    }

    private static IEnumerable<string> Paths(Command command, string path) =>
        command.Subcommands.SelectMany(inner => Paths(inner, $"{path} {inner.Name}")).Prepend(path);
}
