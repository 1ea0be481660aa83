using System.Text.RegularExpressions;
using FluentAssertions;
using Xunit;

namespace PlanForensics.Tests.Readme;

/// <summary>Runs the sample that the page on sweeps shows, as a user would; its output is the page's, on every machine.</summary>
[Collection(SampleBuilds.Name)]
public sealed partial class RegimeSweepSampleTests
{
    [Fact]
    public async Task The_sample_prints_what_the_page_shows()
    {
        (int exitCode, string output, string errors) = await SampleRun.Of("samples/04-regime-sweep.cs");

        exitCode.Should().Be(0, errors);
        string page = await File.ReadAllTextAsync(Path.Combine(SharedData.RepositoryRoot, "docs", "sweep.md"), TestContext.Current.CancellationToken);
        string[] shown = [.. ShownPattern().Match(page).Groups[1].Value.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0)];
        shown.Should().HaveCountGreaterThan(20);
        output.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0).Should().Equal(shown);
    }

    [GeneratedRegex(@"<!-- checked by RegimeSweepSampleTests -->\n```text\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShownPattern();
}
