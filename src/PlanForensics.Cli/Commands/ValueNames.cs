using System.CommandLine;

namespace PlanForensics.Cli.Commands;

/// <summary>What a shell offers for an option's value.</summary>
internal static class ValueNames
{
    /// <summary>Offers these values, and not the names of an enum in C#.</summary>
    public static T Offers<T>(this T option, params IEnumerable<string> values)
        where T : Option
    {
        option.CompletionSources.Clear();
        option.CompletionSources.Add([.. values]);
        return option;
    }
}
