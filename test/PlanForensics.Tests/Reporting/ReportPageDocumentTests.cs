using System.Text.Json.Serialization.Metadata;
using FluentAssertions;
using PlanForensics.Reporting;
using PlanForensics.Reporting.Facts;
using PlanForensics.Tests.Cli;
using Xunit;

namespace PlanForensics.Tests.Reporting;

/// <summary>docs/cli.md has every field of a report, and docs/report.md's example is what comes out.</summary>
public sealed class ReportPageDocumentTests
{
    public static TheoryData<Type> Documents =>
        [.. typeof(ReportFacts).Assembly.GetTypes().Where(type => type.Namespace == typeof(ReportFacts).Namespace && type.GetMethods().Any(method => method.Name == "<Clone>$"))];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_field_of_a_report_is_on_the_page(Type document)
    {
        string page = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "cli.md"));
        IEnumerable<JsonPropertyInfo> fields = ReportJson.Documents.GetTypeInfo(document)!.Properties;

        fields.Should().NotBeEmpty().And.OnlyContain(field => page.Contains($"`{field.Name}`"));
    }

    [Fact]
    public void The_example_of_the_page_is_what_the_command_writes()
    {
        string page = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "report.md"));
        string expected = page.Split("```markdown\n")[1].Split("```")[0];
        string samples = Path.Combine(SharedData.RepositoryRoot, "samples");

        ToolRun run = ToolRun.Of("report", "--incident", Path.Combine(samples, "incidents", "kjv-1m-bf16"), "--model", Path.Combine(samples, "models", "kjv-1m"), "--format", "markdown");

        run.ExitCode.Should().Be(0, run.Error);
        run.Output.Should().StartWith(expected);
    }
}
