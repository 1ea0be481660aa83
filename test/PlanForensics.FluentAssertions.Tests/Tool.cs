using PlanForensics.Cli;

namespace PlanForensics.FluentAssertions.Tests;

/// <summary>Runs a command line of a failure's message in this process.</summary>
internal static class Tool
{
    public static (int ExitCode, bool HasResult) Run(params string[] arguments)
    {
        (int exitCode, string output, string errors) = RunForText(arguments);
        return errors.Length > 0 ? throw new InvalidOperationException(errors) : (exitCode, output.Length > 0);
    }

    public static (int ExitCode, string Output, string Errors) RunForText(params string[] arguments)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter errors = new() { NewLine = "\n" };
        int exitCode = CommandLine.Run(arguments, output, errors);
        return (exitCode, output.ToString(), errors.ToString());
    }
}
