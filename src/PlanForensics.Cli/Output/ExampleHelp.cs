using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using PlanForensics.Cli.Commands;

namespace PlanForensics.Cli.Output;

/// <summary>Help in 80 columns, with the examples and the exit codes at its end.</summary>
internal sealed class ExampleHelp(HelpAction help) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => help.ClearsParseErrors;

    public static void Install(RootCommand root, Session session)
    {
        if (root.Options.OfType<HelpOption>().FirstOrDefault() is not { Action: HelpAction help } option)
            return;
        // "/h" is a path where it is no Windows.
        option.Aliases.Remove("/h");
        option.Aliases.Remove("/?");
        help.MaxWidth = session.Width;
        option.Action = new ExampleHelp(help);
    }

    public override int Invoke(ParseResult parseResult)
    {
        int result = help.Invoke(parseResult);
        TextWriter output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is ToolCommand { Examples: { Count: > 0 } examples })
        {
            output.WriteLine("Examples:");
            foreach (string example in examples)
                Write(output, $"planforensics {example}", help.MaxWidth);
            output.WriteLine();
        }

        output.WriteLine("Exit codes:");
        output.WriteLine(help.MaxWidth < 80
            ? "  0 same or done, 1 a difference was found,\n  2 usage, 3 cannot run or cannot tell"
            : "  0 same or done, 1 a difference was found, 2 usage, 3 cannot run or cannot tell");
        return result;
    }

    // A long command is continued as a shell reads it.
    private static void Write(TextWriter output, string command, int columns)
    {
        string indent = "  ";
        while (indent.Length + command.Length > columns && command.LastIndexOf(" --", columns - 2 - indent.Length, StringComparison.Ordinal) is > 0 and var cut)
        {
            output.WriteLine($"{indent}{command[..cut]} \\");
            (command, indent) = (command[(cut + 1)..], "    ");
        }

        output.WriteLine(indent + command);
    }
}
