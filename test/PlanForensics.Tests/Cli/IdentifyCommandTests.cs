using System.Runtime.InteropServices;
using System.Text.Json;
using FluentAssertions;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Cli;

public sealed class IdentifyCommandTests
{
    [Theory]
    [InlineData("peers")]
    [InlineData("ggml")]
    public void Every_recorded_matrix_product_is_reproduced_in_the_manifest_s_order(string folder)
    {
        string path = SharedData.PathOf(folder, "manifest.json");
        ToolRun run = ToolRun.Of("identify", "--manifest", path, "--json");
        JsonElement[] results = [.. run.Json.EnumerateArray()];
        JsonElement[] cases = [.. JsonDocument.Parse(File.ReadAllText(path)).RootElement.GetProperty("vectors").EnumerateArray()];
        results.Select(result => result.GetProperty("file").GetString()).Should().Equal(cases.Select(item => item.GetProperty("file").GetString()));
        foreach ((JsonElement result, JsonElement item) in results.Zip(cases))
        {
            string name = result.GetProperty("file").GetString()!;
            result.EnumerateObject().Select(field => field.Name).Should().Equal("file", "verdict", "plan", "reproduced", "elements", "runner_up", "seconds");
            if (item.GetProperty("op").GetString() != "matmul")
                continue;
            bool isBf16Output = item.GetProperty("engine").GetString() == "libtorch.linear.bf16";
            result.GetProperty("verdict").GetString().Should().BeOneOf(isBf16Output ? ["class", "identified"] : ["identified"], name);
            result.GetProperty("reproduced").GetInt64().Should().Be(result.GetProperty("elements").GetInt64(), name);
            if (result.GetProperty("runner_up").ValueKind != JsonValueKind.Null)
                result.GetProperty("runner_up").GetProperty("reproduced").GetInt64().Should().BeLessThan(result.GetProperty("elements").GetInt64(), name);
            foreach (string plan in result.GetProperty("plan").GetString()!.Split(" | "))
                OperatorPlan.Parse(plan).Text.Should().Be(plan, name);
        }
    }

    [Fact]
    public void One_case_is_named_from_three_files()
    {
        using var folder = new Files();
        (string a, string w, string c) = folder.Product();
        ToolRun run = ToolRun.Of("identify", "--a", a, "--w", w, "--c", c, "--shape", "3,20,300");
        run.ExitCode.Should().Be(0, run.Error);
        run.Output.Should().Contain("identified").And.Contain("gemm k_block=256 start=zero").And.Contain("mlas.constant_b").And.Contain("60 of 60");
        run.Error.Should().BeEmpty();
        JsonElement result = ToolRun.Of("identify", "--a", a, "--w", w, "--c", c, "--shape", "3,20,300", "--json").Json[0];
        result.GetProperty("file").GetString().Should().Be("c.bin");
        result.GetProperty("runner_up").GetProperty("plan").GetString().Should().NotBeNullOrEmpty();
        result.GetProperty("seconds").GetDouble().Should().BeGreaterThan(0);
    }

    [Fact]
    public void Of_activations_with_more_rows_the_first_are_taken_and_it_says_so()
    {
        using var folder = new Files();
        (string a, string w, string c) = folder.Product();
        string longer = Path.Combine(Path.GetDirectoryName(a)!, "longer.bin");
        File.WriteAllBytes(longer, [.. File.ReadAllBytes(a), .. new byte[2 * 300 * sizeof(float)]]);
        ToolRun run = ToolRun.Of("identify", "--a", longer, "--w", w, "--c", c, "--shape", "3,20,300");
        run.ExitCode.Should().Be(0, run.Error);
        run.Output.Should().Contain("60 of 60");
        run.Error.Should().Contain("has 5 rows of 300: the first 3 are taken");
        File.WriteAllBytes(longer, [.. File.ReadAllBytes(a), .. new byte[2]]);
        ToolRun.Of("identify", "--a", longer, "--w", w, "--c", c, "--shape", "3,20,300").ExitCode.Should().Be(3, "half a number is no row");
    }

    [Fact]
    public void An_unexplained_output_ends_with_1()
    {
        using var folder = new Files();
        (string a, string w, string c) = folder.Product("gemm lanes=7 lane_merge=forward");
        ToolRun run = ToolRun.Of("identify", "--a", a, "--w", w, "--c", c, "--shape", "3,20,300");
        run.ExitCode.Should().Be(1);
        run.Output.Should().Contain("unexplained").And.Contain("because");
    }

    [Fact]
    public void A_case_that_cannot_be_read_or_that_nobody_knows_is_named_and_the_others_go_on()
    {
        using var folder = new Files();
        folder.Product();
        const string Good = """{"file": "c.bin", "op": "matmul", "shape": [3, 20], "M": 3, "N": 20, "K": 300, "A": "a.bin", "W": "w.bin"}""";
        string manifest = folder.Write("manifest.json",
            $$"""{"inputs": [{"file": "w.bin", "shape": [20, 300]}], "vectors": [{"file": "gone.bin", "op": "matmul", "shape": [4, 5]}, {{Good}}, {"file": "a.bin", "op": "fold", "shape": [900]}]}""");
        ToolRun run = ToolRun.Of("identify", "--manifest", manifest, "--json");
        run.ExitCode.Should().Be(3);
        run.Error.Should().Contain("planforensics: gone.bin: cannot be read: there is no file gone.bin").And.Contain("planforensics: a.bin: no rule is known for the operator fold");
        JsonElement[] results = [.. run.Json.EnumerateArray()];
        results.Select(result => result.GetProperty("verdict").GetString()).Should().Equal("unexplained", "identified", "unexplained");
        results[0].GetProperty("plan").ValueKind.Should().Be(JsonValueKind.Null);
        results[0].GetProperty("elements").GetInt64().Should().Be(20);
        results[2].GetProperty("runner_up").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Theory]
    [InlineData(2, "identify needs --manifest FILE", "identify")]
    [InlineData(2, "identify needs --manifest FILE", "identify", "--a", "x", "--w", "y", "--c", "z")]
    [InlineData(2, "give either --manifest", "identify", "--manifest", "x", "--a", "y")]
    [InlineData(2, "--shape is three numbers", "identify", "--shape", "1,2")]
    [InlineData(3, "there is no manifest no-such-file", "identify", "--manifest", "no-such-file")]
    [InlineData(3, "there is no file of activations no-such-a", "identify", "--a", "no-such-a", "--w", "y", "--c", "z", "--shape", "1,1,1")]
    public void What_is_missing_is_said(int exitCode, string message, params string[] arguments)
    {
        ToolRun run = ToolRun.Of(arguments);
        run.ExitCode.Should().Be(exitCode);
        run.Error.Should().Contain(message);
        run.Output.Should().BeEmpty();
    }

    [Fact]
    public void It_can_be_cancelled()
    {
        using var folder = new Files();
        (string a, string w, string c) = folder.Product();
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        ToolRun run = ToolRun.With(cancelled.Token, "identify", "--a", a, "--w", w, "--c", c, "--shape", "3,20,300");
        (run.ExitCode, run.Output).Should().Be((3, ""));
    }

    private sealed class Files : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("planforensics-").FullName;

        public void Dispose() => Directory.Delete(_folder, recursive: true);

        public (string A, string W, string C) Product(string plan = "gemm k_block=256")
        {
            PlanForensics.Identification.RecordedOperator recorded = Identification.ProductSamples.Recorded(plan, 3, 20, 300);
            return (Write("a.bin", recorded.Get("a").ToFp32()), Write("w.bin", recorded.Get("w").ToFp32()), Write("c.bin", Identification.ProductSamples.Output(recorded)));
        }

        public string Write(string name, string text)
        {
            string path = Path.Combine(_folder, name);
            File.WriteAllText(path, text);
            return path;
        }

        private string Write(string name, float[] values)
        {
            string path = Path.Combine(_folder, name);
            File.WriteAllBytes(path, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
            return path;
        }
    }
}
