using FluentAssertions;
using PlanForensics.Models;
using Xunit;

namespace PlanForensics.Tests.Models;

public sealed class SafetensorsSetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SafetensorsSetTests()
    {
        _folder.Write("s1.safetensors", SafetensorsBytes.Of(("a", [1], [1f])));
        _folder.Write("s2.safetensors", SafetensorsBytes.Of(("b", [1], [2f]), ("c", [1], [3f])));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_index_finds_each_tensor_in_its_shard()
    {
        Index("""{"metadata":{"total_size":12},"weight_map":{"a":"s1.safetensors","b":"s2.safetensors","c":"s2.safetensors"}}""");
        using SafetensorsSet set = SafetensorsSet.Open(_folder.Path);
        set.Files.Select(f => Path.GetFileName(f.Path)).Should().Equal("s1.safetensors", "s2.safetensors");
        set.Names.Should().BeEquivalentTo("a", "b", "c");
        set.Read("c").ToFp32().Should().Equal(3f);
        set.PathOf("b").Should().EndWith("s2.safetensors");
        set.Find("d").Should().BeNull();
        set.Invoking(s => s.Read("d")).Should().Throw<KeyNotFoundException>();
    }

    [Fact]
    public void A_single_file_wins_over_an_index()
    {
        Index("not even json");
        _folder.Write("model.safetensors", SafetensorsBytes.Of(("x", [1], [9f])));
        using SafetensorsSet set = SafetensorsSet.Open(_folder.Path);
        set.Names.Should().Equal("x");
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"../s1.safetensors"}}""", "weight_map.a")]
    [InlineData("""{"weight_map":{"a":"/etc/passwd"}}""", "weight_map.a")]
    [InlineData("""{"weight_map":{"a":"x\\y"}}""", "weight_map.a")]
    [InlineData("""{"weight_map":{"a":".."}}""", "weight_map.a")]
    [InlineData("""{"weight_map":{"a":""}}""", "weight_map.a")]
    [InlineData("""{"weight_map":{"a":1}}""", "weight_map.a")]
    [InlineData("""{"weight_map":{"a":"s1.safetensors","a":"s1.safetensors"}}""", "weight_map.a")]
    [InlineData("""{"weight_map":{"z":"s1.safetensors"}}""", "weight_map.z")]
    [InlineData("""{"weight_map":{"a":"s1.safetensors","b":"s1.safetensors"}}""", "weight_map.b")]
    [InlineData("""{"weight_map":{"a":"s1.safetensors","b":"s2.safetensors"}}""", "c")]
    [InlineData("""{"weight_map":[]}""", "weight_map")]
    [InlineData("""{}""", "weight_map")]
    public void An_index_that_lies_is_refused(string index, string field)
    {
        Index(index);
        FluentActions.Invoking(() => SafetensorsSet.Open(_folder.Path)).Should().Throw<ModelFormatException>().Where(e => e.Field == field);
    }

    [Fact]
    public void Two_shards_with_one_name_are_refused()
    {
        _folder.Write("s3.safetensors", SafetensorsBytes.Of(("a", [1], [1f])));
        Index("""{"weight_map":{"a":"s1.safetensors","b":"s2.safetensors","c":"s2.safetensors","q":"s3.safetensors"}}""");
        FluentActions.Invoking(() => SafetensorsSet.Open(_folder.Path)).Should().Throw<ModelFormatException>().WithMessage("*is also in*");
    }

    [Fact]
    public void A_missing_shard_or_model_is_a_missing_file()
    {
        FluentActions.Invoking(() => SafetensorsSet.Open(_folder.Path)).Should().Throw<FileNotFoundException>().WithMessage("*model.safetensors*");
        Index("""{"weight_map":{"a":"s9.safetensors"}}""");
        FluentActions.Invoking(() => SafetensorsSet.Open(_folder.Path)).Should().Throw<FileNotFoundException>();
    }

    private void Index(string json) => _folder.Write("model.safetensors.index.json", json);
}
