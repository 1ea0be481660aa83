using System.Text.Json;

namespace PlanForensics.Cli.Output;

/// <summary>Names of enum members in snake_case, as JSON and reports write them.</summary>
internal static class Names
{
    public static string Of<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>The same in words.</summary>
    public static string InWords<T>(T value)
        where T : struct, Enum => Of(value).Replace('_', ' ');
}
