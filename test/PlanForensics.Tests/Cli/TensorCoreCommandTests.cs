using System.Text.Json;
using FluentAssertions;
using Xunit;

namespace PlanForensics.Tests.Cli;

public sealed class TensorCoreCommandTests
{
    [Fact]
    public void Verify_prints_matched_and_total_of_each_set()
    {
        ToolRun run = ToolRun.Of("tensorcore", "verify", SharedData.PathOf("silicon"), "--gpu", "v100");

        run.ExitCode.Should().Be(0);
        run.Error.Should().BeEmpty();
        run.Output.Split('\n').Should().OnlyContain(line => line.Length <= 80);
        run.Output.Should().MatchRegex(@"V100 +fp16 +fp32 +dot<4,23,rz> +5,000 +5,000");
    }

    [Fact]
    public void Verify_as_JSON_is_an_array_of_sets()
    {
        JsonElement[] sets = [.. ToolRun.Of("tensorcore", "verify", SharedData.PathOf("silicon"), "--json").Json.EnumerateArray()];

        sets.Should().HaveCount(20).And.OnlyContain(set => set.GetProperty("matched").GetInt32() == 5000 && set.GetProperty("total").GetInt32() == 5000);
        sets.Select(set => set.GetProperty("gpu").GetString()).Distinct().Should().Equal("A100", "H100", "L40S", "V100");
        JsonElement fp8 = sets.Single(set => set.GetProperty("gpu").GetString() == "L40S" && set.GetProperty("format").GetString() == "E4M3");
        fp8.GetProperty("output").GetString().Should().Be("fp32");
        fp8.GetProperty("model").GetString().Should().Be("dot<16,13,rz13>");
    }

    [Fact]
    public void A_wrong_result_ends_with_1_and_an_unknown_GPU_with_3()
    {
        string root = Directory.CreateTempSubdirectory("planforensics-").FullName;
        try
        {
            foreach (string gpu in (string[])["A100", "P100"])
            {
                string folder = Directory.CreateDirectory(Path.Combine(root, gpu, "fp16")).FullName;
                File.WriteAllText(Path.Combine(folder, "a_x.txt"), "3f800000\n");
                File.WriteAllText(Path.Combine(folder, "b_x.txt"), "3f800000\n");
                File.WriteAllText(Path.Combine(folder, $"d_{gpu}_fp32.txt"), "00111111100000000000000000000001\n"); // 1 * 1 is 3F800000, not 3F800001
            }

            ToolRun wrong = ToolRun.Of("tensorcore", "verify", root, "--gpu", "A100");
            wrong.ExitCode.Should().Be(1);
            wrong.Output.Should().MatchRegex(@"A100 +fp16 +fp32 +dot<8,24,rz> +0 +1");
            ToolRun unknown = ToolRun.Of("tensorcore", "verify", root, "--gpu", "P100");
            unknown.ExitCode.Should().Be(3);
            unknown.Error.Should().Contain("no model is known");
            ToolRun.Of("tensorcore", "verify", root, "--gpu", "H100").Error.Should().Contain("it has A100, P100");
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Theory]
    [InlineData("nowhere", "there is no folder nowhere")]
    [InlineData(".", "holds no set")]
    public void A_folder_without_sets_cannot_run(string folder, string message)
    {
        string path = folder == "." ? Directory.CreateTempSubdirectory("planforensics-").FullName : folder;
        ToolRun run = ToolRun.Of("tensorcore", "verify", path);

        run.ExitCode.Should().Be(3);
        run.Error.Should().Contain(message);
    }
}
