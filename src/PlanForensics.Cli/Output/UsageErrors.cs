using System.CommandLine;
using System.CommandLine.Parsing;

namespace PlanForensics.Cli.Output;

/// <summary>Says what is wrong with a command line.</summary>
internal static class UsageErrors
{
    public static ExitCode Report(ParseResult parsed, Session session)
    {
        foreach (string message in parsed.Errors.Select(error => error.Message).Distinct())
            session.Remark(message);
        foreach (string token in parsed.UnmatchedTokens)
            if (NearNames.Of(token, NamesOf(parsed.CommandResult)) is { Count: > 0 } near)
                session.Remark($"did you mean {string.Join(" or ", near)}?");
        session.Remark($"\"{PathOf(parsed.CommandResult)} --help\" shows how");
        return ExitCode.Usage;
    }

    private static IEnumerable<string> NamesOf(CommandResult result)
    {
        IEnumerable<Symbol> symbols = result.Command.Subcommands.Cast<Symbol>().Concat(result.Command.Options);
        return symbols.Where(symbol => !symbol.Hidden).Select(symbol => symbol.Name);
    }

    private static string PathOf(CommandResult result)
    {
        Stack<string> names = new();
        for (SymbolResult? at = result; at is CommandResult { Command: not RootCommand } command; at = at.Parent)
            names.Push(command.Command.Name);
        return string.Join(' ', names.Prepend("planforensics"));
    }
}
