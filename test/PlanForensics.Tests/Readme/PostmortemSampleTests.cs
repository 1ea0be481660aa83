using System.Text.RegularExpressions;
using FluentAssertions;
using Xunit;

namespace PlanForensics.Tests.Readme;

/// <summary>Runs the README's first command as a user would; its output is the README's, on every machine.</summary>
[Collection(SampleBuilds.Name)]
public sealed partial class PostmortemSampleTests
{
    [Fact]
    public async Task The_sample_prints_what_the_README_shows()
    {
        (int exitCode, string output, string errors) = await SampleRun.Of("samples/01-postmortem.cs");
        exitCode.Should().Be(0, errors);
        string[] printed = [.. output.Split('\n').Select(line => line.TrimEnd())];
        string[] shown = [.. ShownPattern().Match(await File.ReadAllTextAsync(Path.Combine(SharedData.RepositoryRoot, "README.md"), TestContext.Current.CancellationToken))
            .Groups[1].Value.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0 && line.Trim() != "...")];
        shown.Should().HaveCountGreaterThan(20);
        printed.Should().ContainInOrder(shown);
        output.Should().Contain("0 of 16 completions have a step with other bits", "a pinned plan shows no divergence");
    }

    [GeneratedRegex(@"## What it finds\s+(?:<!--[^>]*-->\s+)?```text\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShownPattern();
}
