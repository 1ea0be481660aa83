using System.CommandLine;
using System.CommandLine.Invocation;
using PlanForensics.Cli.Commands;
using PlanForensics.Cli.Output;

namespace PlanForensics.Cli;

/// <summary>The tool <c>planforensics</c>: reads a command line, runs the library, prints what it found.</summary>
public static class CommandLine
{
    /// <summary>Runs one command.</summary>
    /// <param name="arguments">The arguments, without the tool's name.</param>
    /// <param name="output">Receives results: text of at most 80 columns for people, or one JSON document with <c>--json</c>.</param>
    /// <param name="error">Receives errors and remarks; no progress, since a writer is no terminal.</param>
    /// <param name="cancellation">Cancels long work; the command then ends with 3.</param>
    /// <returns>0 same or done, 1 a difference was found, 2 usage, 3 cannot run.</returns>
    public static int Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        return Run(arguments, new Session(output, error) { Cancellation = cancellation });
    }

    internal static int Run(IReadOnlyList<string> arguments, Session session)
    {
        RootCommand root = Root(session, CommandList.Create(session, arguments));
        // "@FILE" is a value of --plan, not a file of arguments.
        ParseResult parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        bool isWrong = parsed.Errors.Count > 0 && parsed.Action is null or ParseErrorAction;
        if (isWrong || (parsed.Action == parsed.CommandResult.Command.Action && UsageErrors.Mistyped(parsed).Count > 0))
            return (int)UsageErrors.Report(parsed, session);
        try
        {
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = session.Output,
                Error = session.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (Exception exception)
        {
            return (int)Failures.Report(exception, session);
        }
    }

    internal static RootCommand Root(Session session, IEnumerable<Command> commands)
    {
        RootCommand root = new("Finds which execution plan made the bits of an LLM's answer, and which operator flipped its token.")
        {
            CommonOptions.Json,
        };
        foreach (Command command in commands)
            root.Add(command);
        ExampleHelp.Install(root, session);
        OfferNoFlagValues(root);
        return root;
    }

    // A flag takes no value, and true and false are written small.
    private static void OfferNoFlagValues(Command command)
    {
        foreach (Option option in command.Options)
        {
            if (option.ValueType == typeof(bool))
                option.CompletionSources.Clear();
            else if (option.ValueType == typeof(bool?))
                option.Offers("true", "false");
        }

        foreach (Command inner in command.Subcommands)
            OfferNoFlagValues(inner);
    }
}
