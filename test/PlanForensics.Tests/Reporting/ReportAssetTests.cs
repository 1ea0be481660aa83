using System.Security.Cryptography;
using FluentAssertions;
using PlanForensics.Reporting.Html;
using Xunit;

namespace PlanForensics.Tests.Reporting;

/// <summary>The chart library is the published one: files as npm has them, with the hashes that docs/dependencies.md states.</summary>
public sealed class ReportAssetTests
{
    private static readonly string Folder = Path.Combine(SharedData.RepositoryRoot, "src", "PlanForensics", "Reporting", "Assets");

    public static TheoryData<string> Vendored => ["d3/d3.min.js", "d3/LICENSE", "observable-plot/plot.umd.min.js", "observable-plot/LICENSE"];

    [Theory]
    [MemberData(nameof(Vendored))]
    public void A_vendored_file_has_the_hash_that_the_page_on_dependencies_states(string file)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Folder, file))));

        File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "dependencies.md")).Should().Contain(hash, file);
    }

    [Fact]
    public void The_embedded_library_is_the_vendored_one_with_its_licence()
    {
        ReportAssets.D3.Should().Be(File.ReadAllText(Path.Combine(Folder, "d3", "d3.min.js"))).And.StartWith("// https://d3js.org v7.9.2 ");
        ReportAssets.Plot.Should().Be(File.ReadAllText(Path.Combine(Folder, "observable-plot", "plot.umd.min.js"))).And.Contain("@observablehq/plot v0.6.17");
        ReportSetting.Report.ToHtml().Should().Contain(ReportAssets.D3Licence.TrimEnd()).And.Contain(ReportAssets.PlotLicence.TrimEnd());
    }
}
