using System.Text.RegularExpressions;

namespace PlanForensics.FluentAssertions.Tests;

/// <summary>The message of a failing assertion, with the evidence's folder and hashes taken out.</summary>
internal static partial class Failure
{
    public static string Of(Action assertion) => Places(Raw(assertion));

    public static string Raw(Action assertion)
    {
        Xunit.Sdk.XunitException exception = Xunit.Assert.ThrowsAny<Xunit.Sdk.XunitException>(assertion);
        return exception.Message;
    }

    /// <summary>The arguments of the last command line of a message, as a shell would read them.</summary>
    public static string[] Command(string message, int index = 0)
    {
        string line = CommandPattern().Matches(message)[index].Groups[1].Value;
        return [.. ArgumentPattern().Matches(line).Select(match => match.Groups[1].Success ? match.Groups[1].Value : match.Value)];
    }

    private static string Places(string message) => HashPattern().Replace(message.Replace(AssertionEvidence.Folder + Path.DirectorySeparatorChar, "EVIDENCE/", StringComparison.Ordinal), "$1-HASH");

    [GeneratedRegex("(tensors|traces)-[0-9a-f]{12}")]
    private static partial Regex HashPattern();

    [GeneratedRegex("planforensics (.*)$", RegexOptions.Multiline)]
    private static partial Regex CommandPattern();

    [GeneratedRegex("\"([^\"]*)\"|\\S+")]
    private static partial Regex ArgumentPattern();
}
