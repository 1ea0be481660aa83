using System.CommandLine;

namespace PlanForensics.Cli.Commands;

/// <summary>All commands, in the order in which help lists them.</summary>
internal static class CommandList
{
    public static IEnumerable<Command> Create(Session session) =>
    [
        PlanCommand.Create(session),
    ];
}
