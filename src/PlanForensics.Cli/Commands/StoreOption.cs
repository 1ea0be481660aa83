using System.CommandLine;

namespace PlanForensics.Cli.Commands;

/// <summary><c>--store DB</c>.</summary>
internal static class StoreOption
{
    public static Option<string> Create(string description) => new("--store") { Description = description, HelpName = "DB", Required = true };

    public static Option<string?> CreateOptional(string description) => new("--store") { Description = description, HelpName = "DB" };
}
