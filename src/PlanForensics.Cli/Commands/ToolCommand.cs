using System.CommandLine;

namespace PlanForensics.Cli.Commands;

/// <summary>A command whose help ends with examples.</summary>
internal sealed class ToolCommand(string name, string description, params string[] examples) : Command(name, description)
{
    public ToolCommand(CommandEntry entry, params string[] examples)
        : this(entry.Name, entry.Description, examples)
    {
    }

    /// <summary>Command lines that work as they stand, without the tool's name.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;

    /// <summary>Sets what the command does.</summary>
    public ToolCommand Runs(Func<ParseResult, ExitCode> action)
    {
        SetAction(parsed => (int)action(parsed));
        return this;
    }
}
