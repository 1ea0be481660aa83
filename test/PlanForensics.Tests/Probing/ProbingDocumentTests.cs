using System.Text.RegularExpressions;
using FluentAssertions;
using PlanForensics.Probing;
using Xunit;

namespace PlanForensics.Tests.Probing;

/// <summary>docs/probing.md: its example is this file's code, and prints what the page says.</summary>
public sealed partial class ProbingDocumentTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "probing.md"));

    [Fact]
    public void The_example_prints_what_the_page_says()
    {
        using var console = new StringWriter { NewLine = "\n" };
        Example(console);
        console.ToString().TrimEnd().Should().Be(Block("text"));
    }

    [Fact]
    public void The_example_is_this_files_code()
    {
        string own = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "test", "PlanForensics.Tests", "Probing", $"{nameof(ProbingDocumentTests)}.cs"));
        string[] lines = [.. Block("csharp").Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];
        lines.Should().HaveCountGreaterThan(5);
        lines.Should().OnlyContain(line => own.Contains(line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(typeof(ProbeOutcome))]
    [InlineData(typeof(ProbeAlgorithm))]
    public void The_page_names_every_outcome_and_algorithm(Type type) => Enum.GetNames(type).Should().OnlyContain(name => Page.Contains($"`{name}`", StringComparison.Ordinal));

    private static void Example(TextWriter console)
    {
        float Sum(ReadOnlySpan<float> values) // four lanes, added by halves
        {
            float[] lanes = values[..4].ToArray();
            for (int index = 4; index < values.Length; index++)
                lanes[index % 4] += values[index];
            return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
        }

        ProbeReport report = OrderProbe.Run(BlackBox.Sum(16, Sum));
        console.WriteLine($"{report.Outcome}: {report.Plan}, {report.Calls.Tree} calls for the tree, {report.Calls.Total} in all");
        console.WriteLine(report.Classes[0].Tree);
        console.WriteLine(report.Classes[0].Program);
    }

    private static string Block(string language) => BlockPattern().Matches(Page).First(match => match.Groups[1].Value == language).Groups[2].Value.TrimEnd();

    [GeneratedRegex(@"^```(\w+)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex BlockPattern();
}
