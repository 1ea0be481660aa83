using System.CommandLine;

namespace PlanForensics.Cli.Commands;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    /// <summary><c>--json</c>, on every command.</summary>
    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "print one JSON document instead of text",
        Recursive = true,
    };

    /// <summary>Whether <c>--json</c> was given.</summary>
    public static bool WantsJson(this ParseResult parsed) => parsed.GetValue(Json);
}
