using System.Text.RegularExpressions;
using FluentAssertions;
using Xunit;

namespace PlanForensics.Tests.Readme;

/// <summary>samples/README.md lists every sample, and shows what the small ones print, on every machine.</summary>
[Collection(SampleBuilds.Name)]
public sealed partial class SampleIndexTests
{
    private static readonly string Samples = Path.Combine(SharedData.RepositoryRoot, "samples");

    [Fact]
    public void The_index_lists_every_sample_once()
    {
        string[] listed = [.. RowPattern().Matches(File.ReadAllText(Path.Combine(Samples, "README.md"))).Select(row => row.Groups[1].Value)];
        string[] files = [.. Directory.EnumerateFiles(Samples, "*.cs").Select(file => Path.GetFileName(file)!).Where(name => name[0] != '.')];

        files.Should().HaveCountGreaterThan(4);
        listed.Should().OnlyHaveUniqueItems();
        listed.Should().Contain(files).And.Contain("ServingStack");
    }

    [Theory]
    [InlineData("00-first-diff.cs", "## The first diff")]
    [InlineData("05-probe-a-kernel.cs", "## A kernel, asked for its order")]
    public async Task A_small_sample_prints_what_the_index_shows(string sample, string section)
    {
        (int exitCode, string output, string errors) = await SampleRun.Of($"samples/{sample}");

        exitCode.Should().Be(0, errors);
        Lines(output).Should().Equal(Lines(Shown(section)));
    }

    [Fact]
    public async Task A_library_that_is_not_there_is_named()
    {
        (int exitCode, string output, string errors) = await SampleRun.Of("samples/05-probe-a-kernel.cs", "no-such-library.so");

        exitCode.Should().Be(3);
        output.Should().BeEmpty();
        errors.Should().Contain("no-such-library.so cannot be loaded").And.Contain("libopenblas0-pthread");
    }

    private static string Shown(string section)
    {
        string page = File.ReadAllText(Path.Combine(Samples, "README.md"));
        return BlockPattern().Match(page[page.IndexOf(section, StringComparison.Ordinal)..]).Groups[1].Value;
    }

    private static string[] Lines(string text) => [.. text.TrimEnd().Split('\n').Select(line => line.TrimEnd())];

    [GeneratedRegex(@"^\| \[([^\]]+)\]\(", RegexOptions.Multiline)]
    private static partial Regex RowPattern();

    [GeneratedRegex("```text\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex BlockPattern();
}
