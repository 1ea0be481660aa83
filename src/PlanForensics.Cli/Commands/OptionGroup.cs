using System.CommandLine;

namespace PlanForensics.Cli.Commands;

/// <summary>Options that belong to one form of a command and are refused in the others.</summary>
internal abstract class OptionGroup
{
    protected abstract IReadOnlyList<Option> All { get; }

    public void AddTo(Command command)
    {
        foreach (Option option in All)
            command.Add(option);
    }

    /// <exception cref="UsageException">An option of the group was given.</exception>
    public void Refuse(ParseResult parsed, string because)
    {
        foreach (Option option in All)
            if (parsed.GetResult(option) is { Implicit: false })
                throw new UsageException($"{option.Name} {because}");
    }
}
