using System.CommandLine;

namespace PlanForensics.Cli.Commands;

/// <summary>What the list of commands says of one, and how the command is made when it is needed: the options of all commands are half of what the tool does before its first output.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does.</param>
/// <param name="Create">Makes it, with its options.</param>
/// <param name="Arguments">Its arguments, as the list shows them.</param>
internal sealed record CommandEntry(string Name, string Description, Func<Session, CommandEntry, Command> Create, params string[] Arguments)
{
    /// <summary>The command as far as the list of commands shows it. It cannot run.</summary>
    public Command ToListed()
    {
        Command command = new(Name, Description);
        foreach (string argument in Arguments)
            command.Add(new Argument<string>(argument));
        return command;
    }
}
