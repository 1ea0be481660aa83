using System.Text.Json.Nodes;
using FluentAssertions;
using PlanForensics.Contracts;
using Xunit;

namespace PlanForensics.Tests.Contracts;

public sealed class ContractDocsTests
{
    [Fact]
    public void Every_field_of_the_schema_is_on_the_page_in_the_section_of_its_record()
    {
        string[] sections = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "contracts.md")).Split("\n## ");
        JsonObject schema = JsonNode.Parse(ContractSchema.ReadText())!.AsObject();
        int checkedFields = 0;

        foreach (Type record in ContractSamples.Records)
        {
            string section = sections.Should().ContainSingle(text => text.Split('\n', 2)[0].Contains($": {record.Name}", StringComparison.Ordinal), record.Name).Which;
            string name = System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(record.Name);
            JsonNode definition = schema["definitions"]![name] ?? schema;
            foreach ((string field, JsonNode? _) in definition["properties"]!.AsObject())
            {
                section.Should().Contain($"| `{field}`", $"of {record.Name}");
                checkedFields++;
            }
        }

        checkedFields.Should().BeGreaterThan(140);
    }
}
