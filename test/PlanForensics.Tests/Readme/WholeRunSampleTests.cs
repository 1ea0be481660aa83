using System.Text.RegularExpressions;
using FluentAssertions;
using Xunit;

namespace PlanForensics.Tests.Readme;

/// <summary>Runs the third sample as a user would; docs/incidents.md and the README show its output, on every machine.</summary>
[Collection(SampleBuilds.Name)]
public sealed partial class WholeRunSampleTests
{
    [Fact]
    public async Task The_sample_prints_what_the_page_shows()
    {
        (int exitCode, string output, string errors) = await SampleRun.Of("samples/03-whole-run.cs");
        exitCode.Should().Be(0, errors);
        string[] printed = [.. output.Split('\n').Select(line => line.TrimEnd())];
        string page = await File.ReadAllTextAsync(Path.Combine(SharedData.RepositoryRoot, "docs", "incidents.md"), TestContext.Current.CancellationToken);
        string readme = await File.ReadAllTextAsync(Path.Combine(SharedData.RepositoryRoot, "README.md"), TestContext.Current.CancellationToken);
        foreach (string text in new[] { page, SectionPattern().Match(readme).Value })
        {
            string[] shown = [.. BlockPattern().Matches(text).SelectMany(block => block.Groups[1].Value.Split('\n')).Select(line => line.TrimEnd()).Where(line => line.Length > 0)];
            shown.Should().HaveCountGreaterThan(12);
            printed.Should().ContainInOrder(shown);
        }
    }

    [GeneratedRegex("## One run of a real engine\\n.*?\\n## ", RegexOptions.Singleline)]
    private static partial Regex SectionPattern();

    [GeneratedRegex("```text\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex BlockPattern();
}
