using FluentAssertions;
using PlanForensics.Rules.CublasLt;
using Xunit;

namespace PlanForensics.Tests.Rules.CublasLt;

public sealed class CublasLtProfileTests
{
    [Fact]
    public void There_is_one_embedded_profile_for_each_measurement() =>
        CublasLtProfiles.Names.Should().Equal("sm100_lt12_8", "sm100_lt13_1", "sm103_lt13_1", "sm90_lt13_1");

    [Fact]
    public void Embedded_profiles_are_read_by_name()
    {
        CublasLtProfile hopper = CublasLtProfiles.Get("sm90_lt13_1");

        hopper.ComputeCapability.Should().Be(90);
        hopper.MeasuredVersion.Should().Be("13.1.1");
        hopper.GemvLanes[(13, 0)].Should().Be(new GemvLaneRecipe(1, 1, 512, false));
        hopper.LongestGemv[(13, 10)].Should().Be(8_448); // 132 SMs of 2,048 threads, 32 lanes an output
        CublasLtProfiles.Get("sm100_lt13_1").LongestGemv[(13, 10)].Should().Be(9_728); // 152 SMs
        CublasLtProfiles.Get("sm103_lt13_1").ComputeCapability.Should().Be(103);
        CublasLtProfiles.Find("sm80_lt11_0").Should().BeNull();
        FluentActions.Invoking(() => CublasLtProfiles.Get("sm80_lt11_0")).Should().Throw<KeyNotFoundException>().WithMessage("*there are sm100_lt12_8, *");
    }

    [Fact]
    public void STAGES_ID_spells_the_depth_of_a_tile()
    {
        // cublasLtMatmulStages_t: ids 1 to 24 are 16x1 .. 128x6, six to a depth.
        foreach (string name in CublasLtProfiles.Names)
            foreach (((CublasLtFamily Family, int StagesId) key, StagesRecipe recipe) in CublasLtProfiles.Get(name).Stages.Where(row => row.Key.StagesId is >= 1 and <= 24))
                recipe.BlockK.Should().Be(16 << ((key.StagesId - 1) / 6), $"{name} STAGES_ID {key.StagesId}");
    }

    [Theory]
    [InlineData("sm90_lt13_1")]
    [InlineData("sm100_lt12_8")]
    [InlineData("sm100_lt13_1")]
    [InlineData("sm103_lt13_1")]
    public void Embedded_tables_hold_the_measured_numbers(string name)
    {
        CublasLtProfile shared = CublasLtProfiles.Read(SharedData.PathOf("cublas-plans", "profiles", $"{name}.json"));
        CublasLtProfile embedded = CublasLtProfiles.Get(name);

        embedded.Name.Should().Be(shared.Name);
        embedded.MeasuredVersion.Should().Be(shared.MeasuredVersion);
        embedded.Families.OrderBy(row => row.Key).Should().Equal(shared.Families.OrderBy(row => row.Key));
        embedded.Stages.OrderBy(row => row.Key).Should().Equal(shared.Stages.OrderBy(row => row.Key));
        embedded.BlockLevelKeys.Order().Should().Equal(shared.BlockLevelKeys.Order());
        embedded.SplitKGrains.Should().Equal(shared.SplitKGrains);
        embedded.Merges.OrderBy(row => row.Key).Should().Equal(shared.Merges.OrderBy(row => row.Key));
        embedded.GemmSnRecipes.OrderBy(row => row.Key).Should().Equal(shared.GemmSnRecipes.OrderBy(row => row.Key));
        embedded.GemvLanes.OrderBy(row => row.Key).Should().Equal(shared.GemvLanes.OrderBy(row => row.Key));
        embedded.GemvSlices.OrderBy(row => row.Key).Should().Equal(shared.GemvSlices.OrderBy(row => row.Key));
        embedded.LongestGemv.OrderBy(row => row.Key).Should().Equal(shared.LongestGemv.OrderBy(row => row.Key));
    }

    [Theory]
    [InlineData("\"sm_count\": 3, ", "", "sm_count: is missing")]
    [InlineData("\"splitk_grains\": [2, 4]", "\"splitk_grains\": []", "splitk_grains: expected at least one grain")]
    [InlineData("[[\"nvjet\", 1], [4, null]]", "[[\"nvjet\", 1], [0, null]]", "stages_recipe[1][1][0]: expected a whole number of 1 to 65536; got 0")]
    [InlineData("[11, \"gemmsn\"]", "[11, \"simt\"]", "algo_family[0][1]: expected nvjet, cutlass, gemmsn or gemv; got \"simt\"")]
    [InlineData("[11, \"gemmsn\"]", "[12, \"gemmsn\"]", "algo_family[1][0]: the key 12 appears twice")]
    [InlineData("[2, 0]", "[2, 1]", "reduction_to_cmode[1][1]: expected the merge 0")]
    [InlineData("[1, 4, 0, true]", "[1, 3, 0, true]", "gemv_recipe[1][1][1]: expected a power of two")]
    [InlineData("[1, 4, 0, true]", "[1, 4, 0, 1]", "gemv_recipe[1][1][3]: expected true or false; got 1")]
    [InlineData("[1, 4, 0, true]", "[1, 4, 0]", "gemv_recipe[1][1]: expected an array of 4")]
    [InlineData("[[13, 3], 7]", "[[13, 4], 7]", "gemv_max_elems[1][0]: expected a key of gemv_recipe; got [13, 4]")]
    [InlineData("\"name\": \"sm_90 (invented)\"", "\"name\": 90", "name: expected a text; got 90")]
    [InlineData("\"algo_family\": [", "\"algo_family\": [[", "file: is not valid JSON")]
    public void A_damaged_profile_is_refused_with_its_field(string text, string damaged, string message)
    {
        OwnProfile.Json.Should().Contain(text);
        FluentActions.Invoking(() => OwnProfile.Parse(OwnProfile.Json.Replace(text, damaged, StringComparison.Ordinal)))
            .Should().Throw<CublasLtFormatException>().WithMessage($"own profile: {message}*");
    }

    [Fact]
    public void A_file_that_is_no_object_is_refused() =>
        FluentActions.Invoking(() => OwnProfile.Parse("[]")).Should().Throw<CublasLtFormatException>().WithMessage("own profile: file: expected an object; got []");

    [Theory]
    [InlineData(3, 100, 3)]
    [InlineData(-64, 100, 25)] // ceil(100 / 4)
    [InlineData(-64, 101, 26)]
    [InlineData(-64, 1_000, 64)]
    [InlineData(0, 1_000, 250)]
    public void A_vector_that_is_not_positive_follows_from_the_slice(int vector, int sliceK, int expected) =>
        new GemvLaneRecipe(vector, 4, 0, true).VectorFor(sliceK).Should().Be(expected);
}
