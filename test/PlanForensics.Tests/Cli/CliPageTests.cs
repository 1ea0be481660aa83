using System.Text.Json.Serialization.Metadata;
using FluentAssertions;
using PlanForensics.Cli.Json;
using Xunit;

namespace PlanForensics.Tests.Cli;

public sealed class CliPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "cli.md"));

    public static TheoryData<string> Commands => [.. HelpPages.CommandPaths().Where(path => path != "plan")];

    public static TheoryData<Type> Documents =>
        [.. typeof(ToolJson).Assembly.GetTypes().Where(type => type.Namespace == typeof(ToolJson).Namespace && type.GetMethods().Any(method => method.Name == "<Clone>$"))];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_is_on_the_page(string path) => Page.Should().Contain($"`{path}");

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_field_of_every_document_is_on_the_page_in_snake_case(Type document)
    {
        ToolJson.Documents.GetTypeInfo(document).Should().NotBeNull();
        IEnumerable<JsonPropertyInfo> fields = ToolJson.Documents.GetTypeInfo(document)!.Properties;

        fields.Should().NotBeEmpty().And.OnlyContain(field => Page.Contains($"`{field.Name}`"));
        fields.Should().OnlyContain(field => !field.Name.Any(char.IsUpper));
    }
}
