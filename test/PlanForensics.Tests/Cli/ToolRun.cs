using System.Globalization;
using System.Text.Json;
using PlanForensics.Cli;

namespace PlanForensics.Tests.Cli;

/// <summary>One run of the command line inside the test process.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Error)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public static ToolRun Of(params string[] arguments) => With(CancellationToken.None, arguments);

    public static ToolRun With(CancellationToken cancellation, params string[] arguments)
    {
        using StringWriter output = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
        using StringWriter error = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
        int exitCode = CommandLine.Run(arguments, output, error, cancellation);
        return new ToolRun(exitCode, output.ToString(), error.ToString());
    }
}
