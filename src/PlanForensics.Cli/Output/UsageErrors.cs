using System.CommandLine;
using System.CommandLine.Parsing;

namespace PlanForensics.Cli.Output;

/// <summary>Says what is wrong with a command line.</summary>
internal static class UsageErrors
{
    /// <summary>What begins with a dash and is no option, although an argument would take it: a mistyped option.</summary>
    public static IReadOnlyList<string> Mistyped(ParseResult parsed) =>
        [.. parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash).Where(token => token.Type == TokenType.Argument && IsDashed(token.Value)).Select(token => token.Value)];

    public static ExitCode Report(ParseResult parsed, Session session)
    {
        string[] mistyped = [.. Mistyped(parsed)];
        string[] names = [.. NamesOf(parsed.CommandResult)];
        foreach (string token in mistyped)
            session.Remark($"{PathOf(parsed.CommandResult)} has no option {token}{(NearNames.Of(token, names) is { Count: > 0 } near ? $"; did you mean {string.Join(" or ", near)}?" : "")}");
        if (mistyped.Length == 0)
            ReportErrors(parsed, names, session);
        session.Remark($"\"{PathOf(parsed.CommandResult)} --help\" shows how");
        return ExitCode.Usage;
    }

    private static void ReportErrors(ParseResult parsed, string[] names, Session session)
    {
        bool isMisnamed = parsed.CommandResult.Command.Subcommands.Count > 0 && parsed.UnmatchedTokens.Count > 0;
        bool isIncomplete = parsed.CommandResult.Command.Subcommands.Count > 0 && parsed.UnmatchedTokens.Count == 0;
        if (isIncomplete)
        {
            session.Remark($"a command is expected: {string.Join(", ", parsed.CommandResult.Command.Subcommands.Where(command => !command.Hidden).Select(command => command.Name))}");
            return;
        }

        if (isMisnamed)
        {
            string name = parsed.UnmatchedTokens[0];
            session.Remark($"{PathOf(parsed.CommandResult)} has no command \"{name}\"{(NearNames.Of(name, names) is { Count: > 0 } near ? $"; did you mean {string.Join(" or ", near)}?" : "")}");
            return;
        }

        foreach (string message in parsed.Errors.Select(error => error.Message).Distinct())
            session.Remark(message);
    }

    private static bool IsDashed(string token) => token.Length > 1 && token[0] == '-' && (char.IsAsciiLetter(token[1]) || (token.Length > 2 && token[1] == '-'));

    private static IEnumerable<string> NamesOf(CommandResult result)
    {
        IEnumerable<Symbol> symbols = result.Command.Subcommands.Cast<Symbol>().Concat(result.Command.Options).Append(Commands.CommonOptions.Json);
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
