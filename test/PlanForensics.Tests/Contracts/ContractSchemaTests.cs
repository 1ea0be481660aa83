using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using FluentAssertions;
using NJsonSchema;
using NJsonSchema.Validation;
using PlanForensics.Contracts;
using Xunit;

namespace PlanForensics.Tests.Contracts;

public sealed class ContractSchemaTests
{
    [Fact]
    public async Task The_schema_accepts_what_the_library_writes()
    {
        JsonSchema schema = await JsonSchema.FromJsonAsync(ContractSchema.ReadText(), TestContext.Current.CancellationToken);

        schema.Validate(ContractJson.Format(ContractSamples.Full())).Should().BeEmpty();
        schema.Validate(ContractJson.Format(ContractSamples.Small())).Should().BeEmpty();
    }

    [Theory]
    [InlineData("\"request_id\":\"r1\"", "\"request_id\":17")]
    [InlineData("\"request_id\":\"r1\"", "\"other\":\"r1\"")]
    [InlineData("\"phase\":\"decode\"", "\"phase\":\"verify\"")]
    [InlineData("\"key_length\":3", "\"key_length\":0")]
    [InlineData("\"effective_token_ids\":[1,5,9]", "\"effective_token_ids\":[1,-5,9]")]
    [InlineData("\"effective_token_hash\":\"sha256:", "\"effective_token_hash\":\"md5:")]
    [InlineData("\"bits\":\"0x", "\"bits\":\"#")]
    public async Task Schema_and_reader_refuse_the_same(string good, string bad)
    {
        JsonSchema schema = await JsonSchema.FromJsonAsync(ContractSchema.ReadText(), TestContext.Current.CancellationToken);
        string json = ContractJson.Format(ContractSamples.Small());
        json.Should().Contain(good);
        string damaged = json.Replace(good, bad, StringComparison.Ordinal);

        ICollection<ValidationError> errors = schema.Validate(damaged);
        Action read = () => ContractJson.Parse(damaged);

        errors.Should().NotBeEmpty();
        read.Should().Throw<ContractFormatException>();
    }

    [Fact]
    public void Every_record_is_in_the_schema_with_the_same_properties()
    {
        JsonObject schema = JsonNode.Parse(ContractSchema.ReadText())!.AsObject();
        Dictionary<string, JsonObject> objects = schema["definitions"]!.AsObject()
            .Where(definition => definition.Value!["type"]?.GetValueKind() == JsonValueKind.String && definition.Value["properties"] is not null)
            .ToDictionary(definition => definition.Key, definition => definition.Value!.AsObject(), StringComparer.Ordinal);
        objects.Add("execution_contract", schema);

        objects.Keys.Should().BeEquivalentTo(ContractSamples.Records.Select(type => Snake(type.Name)));
        foreach (Type record in ContractSamples.Records)
        {
            JsonObject definition = objects[Snake(record.Name)];
            definition["properties"]!.AsObject().Select(property => property.Key).Should().BeEquivalentTo(NamesOf(record), $"of {record.Name}");
            definition["required"]!.AsArray().Select(name => (string)name!).Should().BeEquivalentTo(RequiredOf(record), $"of {record.Name}");
        }
    }

    [Fact]
    public void Every_property_in_the_schema_is_described()
    {
        JsonObject schema = JsonNode.Parse(ContractSchema.ReadText())!.AsObject();

        foreach (JsonNode? definition in schema["definitions"]!.AsObject().Select(pair => pair.Value).Append(schema))
            foreach ((string name, JsonNode? property) in definition!["properties"]?.AsObject() ?? [])
                ((string?)property!["description"]).Should().NotBeNullOrWhiteSpace($"of {name}");
        schema["definitions"]!.AsObject().Count.Should().BeGreaterThan(15);
    }

    private static IEnumerable<string> NamesOf(Type record) =>
        record.GetProperties(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(property => property.Name != "EqualityContract" && property.GetCustomAttribute<JsonIgnoreAttribute>() is null
                && (property.GetMethod!.IsPublic || property.GetCustomAttribute<JsonIncludeAttribute>() is not null))
            .Select(property => property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? Snake(property.Name));

    private static IEnumerable<string> RequiredOf(Type record) => record.GetProperties()
        .Where(property => property.GetCustomAttribute<System.Runtime.CompilerServices.RequiredMemberAttribute>() is not null)
        .Select(property => Snake(property.Name));

    private static string Snake(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
