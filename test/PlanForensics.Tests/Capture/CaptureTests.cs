using System.Text.Json;
using FluentAssertions;
using PlanForensics.Captures;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Store;
using PlanForensics.Tests.Cli;
using PlanForensics.Tests.Engines.OpenBlas;
using Xunit;

namespace PlanForensics.Tests.Capture;

/// <summary>capture/planforensics_capture.py from a running PyTorch to the verdict: captured, imported, attributed, explained.</summary>
public sealed class CaptureTests(ITestOutputHelper output) : IDisposable
{
    private const string Prompts = "samples/incidents/kjv-1m-bf16/manifest.json";
    private static readonly string OwnModel = Path.Combine(SharedData.RepositoryRoot, "samples", "models", "kjv-1m");
    private readonly string _folder = Directory.CreateTempSubdirectory("planforensics-capture-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Database => Path.Combine(_folder, "store.db");

    private string Captured => Path.Combine(_folder, "captured");

    [Fact]
    public void What_the_module_promises_holds_in_PyTorch()
    {
        Recorder.SkipWithoutTorch();
        (int status, string log) = Recorder.RunScript("test/PlanForensics.Tests/Capture/capture_tests.py", []);
        status.Should().Be(0, log);
        log.Should().MatchRegex("Ran (1[5-9]|[2-9][0-9]) tests");
    }

    [Fact]
    public void A_captured_flip_is_imported_and_explained_by_the_kernels_that_its_environment_names()
    {
        Recorder.SkipWithoutTorch();
        Capture(OwnModel, "1,4", 7, ["--layers", "*.down_proj"]).Should().Contain("the same bits").And.NotContain("OTHER BITS");
        ToolRun import = ToolRun.Of("import", Captured, "--store", Database, "--json");
        (import.ExitCode, import.Error).Should().Be((0, ""));
        import.Json.GetProperty("imported").GetInt64().Should().Be(5);

        ToolRun run = ToolRun.Of("postmortem", "batch-1/row-0", "batch-4/row-0", "--store", Database, "--model", OwnModel, "--json");

        JsonElement story = run.Json;
        story.GetProperty("candidates").GetString().Should().StartWith("PyTorch 1.13 on a CPU (");
        foreach (string side in new[] { "side_a", "side_b" })
        {
            story.GetProperty(side).GetProperty("state").GetString().Should().BeOneOf("identified", "ambiguous");
            story.GetProperty(side).GetProperty("evidence").GetString().Should().Be("logits");
        }

        output.WriteLine(story.GetProperty("explanation").GetString()!);
        if (story.GetProperty("state").GetString() == "no_difference") // without bf16 instructions both batch sizes may run one kernel
            return;
        run.ExitCode.Should().Be(1);
        story.GetProperty("state").GetString().Should().Be("explained");
        story.GetProperty("bisection").GetProperty("groups").EnumerateArray().Should().NotBeEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Every_row_of_a_batch_is_attributed_in_fp32_and_another_environment_is_not_believed(int batch)
    {
        Recorder.SkipWithoutTorch();
        string[] cores = [.. new[] { "Haswell", "SkylakeX", "Cooperlake", "Sandybridge", "Prescott" }.Where(LiveSgemmTests.ProcessorRuns)];
        int seed = Random.Shared.Next(1000);
        string core = cores[seed % cores.Length];
        string model = Path.Combine(_folder, "model");
        Directory.CreateDirectory(model);
        WidenedModel.Write(OwnModel, model);
        Capture(model, $"{batch}", 3, [], ("OPENBLAS_CORETYPE", core), ("OPENBLAS_NUM_THREADS", $"{1 + (seed % 2)}")).Should().Contain("the same bits");
        ToolRun.Of("import", Captured, "--store", Database).ExitCode.Should().Be(0);

        foreach (int row in new[] { 0, batch / 2, batch - 1 }.Distinct())
        {
            ToolRun run = ToolRun.Of("attribute", $"batch-{batch}/row-{row}", "--store", Database, "--model", model, "--candidates", "pytorch", "--json");
            run.ExitCode.Should().Be(0, "row {0} on {1}, seed {2}: {3}", row, core, seed, run.Output + run.Error);
            JsonElement verdict = run.Json;
            string names = string.Join(' ', Matching(verdict).SelectMany(item => item.GetProperty("members").EnumerateArray()).Select(name => name.GetString()));
            names.Should().Contain($"openblas.{core.ToLowerInvariant()}.sgemm, aten.avx2");
            verdict.GetProperty("classes").EnumerateArray().Count(item => !item.GetProperty("reproduces_everything").GetBoolean()).Should().BePositive("other kernels fail");
        }

        // Negative control: an environment that names another core rules out what really ran, and the verdict says so.
        string other = core == "Prescott" ? "Sandybridge" : "Prescott";
        string lines = Path.Combine(Captured, "contracts-rank0.jsonl");
        File.WriteAllText(lines, File.ReadAllText(lines).Replace($"core {core}", $"core {other}", StringComparison.OrdinalIgnoreCase).Replace("\"batch-", "\"lie-", StringComparison.Ordinal));
        ToolRun.Of("import", Captured, "--store", Database).ExitCode.Should().Be(0);
        ToolRun lie = ToolRun.Of("attribute", $"lie-{batch}/row-0", "--store", Database, "--model", model, "--json");
        lie.Json.GetProperty("caveats").EnumerateArray().Select(caveat => caveat.GetString()!).Should().Contain(caveat => caveat.Contains("rule out every candidate"));
    }

    [Fact]
    public void A_damaged_logit_is_not_attributed()
    {
        Recorder.SkipWithoutTorch();
        Capture(OwnModel, "1", 3, []);
        string lines = Path.Combine(Captured, "contracts-rank0.jsonl");
        ExecutionContract whole = ContractJson.Parse(File.ReadAllText(lines).Trim());

        // The bytes alone: they are not the recorded ones, so that only the hash is known, and the hash is still evidence.
        string tensors = Directory.GetFiles(Captured, "*.safetensors").Single();
        byte[] bytes = File.ReadAllBytes(tensors);
        byte[] damaged = [.. bytes];
        using (CapturedFolder folder = CapturedFolder.Open(Captured))
        {
            byte[] logits = folder.Read().Single().Steps[1].Observation.FullLogits!.Bytes.ToArray();
            damaged[bytes.AsSpan().IndexOf(logits) + 100] ^= 1;
        }

        File.WriteAllBytes(tensors, damaged);
        ToolRun import = ToolRun.Of("import", Captured, "--store", Database);
        import.Error.Should().Contain("1 tensor that the lines refer to is not in its safetensors files");
        Attribute("batch-1/row-0").ExitCode.Should().Be(0);

        // Bytes and hash: now the recording itself says other logits, and nothing explains them.
        File.WriteAllBytes(tensors, bytes);
        using (CapturedFolder folder = CapturedFolder.Open(Captured))
        {
            ExecutionContract read = folder.Read().Single();
            byte[] logits = read.Steps[1].Observation.FullLogits!.Bytes.ToArray();
            logits[100] ^= 1;
            TensorValue other = TensorValue.FromBytes(read.Steps[1].Observation.FullLogits!.Format, logits, logits.Length / 2);
            ContractStep step = read.Steps[1] with { Observation = StepObservation.FromLogits(other, read.Steps[1].Observation.ChosenToken) };
            File.WriteAllText(lines, ContractJson.Format(read with { RequestId = "damaged", Steps = [read.Steps[0], step, read.Steps[2]] }) + "\n");
        }

        ToolRun.Of("import", Captured, "--store", Database).ExitCode.Should().Be(0);
        ToolRun run = Attribute("damaged");
        (run.ExitCode, run.Json.GetProperty("state").GetString()).Should().Be((1, "unexplained"));
        run.Json.GetProperty("explanation").GetString().Should().Contain("first different at step 1: 1 logits");
        whole.Steps.Should().HaveCount(3);
    }

    [Fact]
    public void Steps_of_several_ranks_become_one_request()
    {
        Recorder.SkipWithoutTorch();
        Capture(OwnModel, "1", 2, ["--logits", "hash"]);
        string lines = Path.Combine(Captured, "contracts-rank0.jsonl");
        File.WriteAllText(Path.Combine(Captured, "contracts-rank1.jsonl"), File.ReadAllText(lines).Replace("\"rank\":0", "\"rank\":1", StringComparison.Ordinal));
        ToolRun.Of("import", Captured, "--store", Database).ExitCode.Should().Be(0);
        using (ContractStore store = ContractStore.Open(Database, ContractStoreMode.ReadOnly))
            store.Get("batch-1/row-0").Steps.Select(step => (step.State.StepIndex, step.State.Rank)).Should().Equal((0, 0), (0, 1), (1, 0), (1, 1));
        Attribute("batch-1/row-0").ExitCode.Should().Be(0);

        File.Copy(lines, Path.Combine(Captured, "contracts-rank1.jsonl"), overwrite: true); // two files of one rank contradict each other
        ToolRun.Of("import", Captured, "--store", Path.Combine(_folder, "other.db")).ExitCode.Should().Be(3);
    }

    [Fact]
    public void What_the_environment_does_not_name_falls_to_the_catalogue_and_says_why()
    {
        Recorder.SkipWithoutTorch();
        Capture(OwnModel, "1", 2, ["--logits", "hash"]);
        string lines = Path.Combine(Captured, "contracts-rank0.jsonl");
        File.WriteAllText(lines, File.ReadAllText(lines).Replace("\"torch\":\"1.13.1 ", "\"torch\":\"2.4.0 ", StringComparison.Ordinal));
        ToolRun.Of("import", Captured, "--store", Database).ExitCode.Should().Be(0);
        ToolRun run = Attribute("batch-1/row-0");
        run.Json.GetProperty("candidates").GetString().Should().Be("the catalogue of generic plans, since the recording names PyTorch 2.4.0; the kernels of 1.13 on a CPU are known");
        ToolRun refused = ToolRun.Of("attribute", "batch-1/row-0", "--store", Database, "--model", OwnModel, "--candidates", "pytorch");
        (refused.ExitCode, refused.Output).Should().Be((3, ""));
        refused.Error.Should().Contain("--candidates pytorch: the recording names PyTorch 2.4.0");
        ToolRun.Of("attribute", "batch-1/row-0", "--store", Database, "--model", OwnModel, "--candidates", "pytorch", "--activations", "bf16").ExitCode.Should().Be(2);
    }

    private static IEnumerable<JsonElement> Matching(JsonElement verdict) =>
        verdict.GetProperty("matching").EnumerateArray().Select(index => verdict.GetProperty("classes")[index.GetInt32()]);

    private ToolRun Attribute(string request) => ToolRun.Of("attribute", request, "--store", Database, "--model", OwnModel, "--json");

    private string Capture(string model, string batches, int steps, string[] more, params (string Name, string Value)[] environment)
    {
        (int status, string log) = Recorder.RunScript(
            "capture/capture_run.py",
            ["--model", model, "--out", Captured, "--prompts", Path.Combine(SharedData.RepositoryRoot, Prompts), "--batches", batches, "--steps", $"{steps}", .. more], environment);
        status.Should().Be(0, log);
        return log;
    }
}
