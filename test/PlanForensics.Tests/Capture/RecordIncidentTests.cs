using System.Text.Json;
using FluentAssertions;
using Xunit;

namespace PlanForensics.Tests.Capture;

public class RecordIncidentTests
{
    private static readonly (string Name, string Value)[] HaswellWithTwoThreads = [("OPENBLAS_CORETYPE", "Haswell"), ("OPENBLAS_L2_SIZE", "512"), ("OPENBLAS_NUM_THREADS", "2")];

    /// <summary>The recorded incident ran OpenBLAS on two threads (its manifest counts PyTorch's, one): with one thread batch 4 and 8 have other bits.</summary>
    [Fact]
    public void A_recorded_incident_is_recorded_again_byte_for_byte_by_the_same_engine()
    {
        Recorder.SkipWithoutTorch();
        string recorded = SharedData.PathOf("incidents", "stories260k_f32_flip_b");
        string model = SharedData.PathOf("models", "stories260K-hf");
        using JsonDocument manifest = Manifest(recorded);
        string prompts = Path.GetTempFileName();
        File.WriteAllText(prompts, manifest.RootElement.GetProperty("prompts").GetRawText());
        string again = Recorder.Record(model, ["--prompts", prompts, "--steps", "24", "--after-flip", "2", "--save-steps", "0,flip"], HaswellWithTwoThreads);
        string other = Recorder.Record(model, ["--prompts", prompts, "--steps", "2", "--batches", "1"], ("OPENBLAS_CORETYPE", "Sandybridge"));
        try
        {
            using JsonDocument fresh = Manifest(again);
            SkipUnlessSameEngine(manifest, fresh);
            foreach (string file in Directory.GetFiles(recorded, "*.bin"))
                File.ReadAllBytes(Path.Combine(again, Path.GetFileName(file))).Should().Equal(File.ReadAllBytes(file), Path.GetFileName(file));
            foreach (string property in new[] { "format", "dtype", "encoding", "row_convention", "model", "prompts", "sequences", "rope_tables", "divergence", "prompt_text_row0" })
                JsonElement.DeepEquals(fresh.RootElement.GetProperty(property), manifest.RootElement.GetProperty(property)).Should().BeTrue(property);
            byte[] otherLogits = File.ReadAllBytes(Path.Combine(other, "b1_logits.bin"));
            otherLogits.Should().NotEqual(File.ReadAllBytes(Path.Combine(recorded, "b1_logits.bin"))[..otherLogits.Length], "another core type gives other bits");
        }
        finally
        {
            File.Delete(prompts);
            Directory.Delete(again, recursive: true);
            Directory.Delete(other, recursive: true);
        }
    }

    [Fact]
    public void A_fresh_incident_of_the_own_model_has_the_form()
    {
        Recorder.SkipWithoutTorch();
        int seed = Random.Shared.Next(1 << 20);
        string folder = Recorder.Record(OwnModel, ["--random", "4", "--seed", $"{seed}", "--batches", "1,2,4", "--steps", "6", "--save-steps", "0,3,flip"]);
        try
        {
            IncidentForm.Check(folder, $"seed {seed}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_own_incident_has_the_form_and_flips()
    {
        string folder = Path.Combine(SharedData.RepositoryRoot, "samples", "incidents", "kjv-1m-bf16");
        IncidentForm.Check(folder, "committed");
        using JsonDocument manifest = Manifest(folder);
        manifest.RootElement.GetProperty("divergence").GetProperty("batch4_vs_batch1").GetProperty("first_token_difference_step").GetInt32().Should().Be(5);
        manifest.RootElement.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("text_row0").GetString()).Distinct().Should().Equal(
            " is with us, and the God of Jacob is the great God. For he hath not", " is with us, and we are the children of the most High. For the LORD");
        Directory.GetFiles(folder).Sum(file => new FileInfo(file).Length).Should().BeLessThan(4_000_000);
    }

    [Fact]
    public void A_damaged_incident_does_not_have_the_form()
    {
        string folder = Path.Combine(SharedData.RepositoryRoot, "samples", "incidents", "kjv-1m-bf16");
        string copy = Directory.CreateTempSubdirectory("planforensics-incident-").FullName;
        try
        {
            foreach (string file in Directory.GetFiles(folder))
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
            IncidentForm.Check(copy, "copy");
            File.WriteAllBytes(Path.Combine(copy, "b4_s5.bin"), File.ReadAllBytes(Path.Combine(copy, "b4_s5.bin"))[..^4200]);
            FluentActions.Invoking(() => IncidentForm.Check(copy, "cut")).Should().Throw<Exception>();
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    private static string OwnModel => Path.Combine(SharedData.RepositoryRoot, "samples", "models", "kjv-1m");

    private static JsonDocument Manifest(string folder) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "manifest.json")));

    private static void SkipUnlessSameEngine(JsonDocument recorded, JsonDocument fresh)
    {
        foreach (string part in new[] { "torch", "blas", "sleef", "glibc" })
        {
            string there = recorded.RootElement.GetProperty("engine").GetProperty(part).GetString()!;
            string here = fresh.RootElement.GetProperty("engine").GetProperty(part).GetString()!;
            if (there != here)
                Assert.Skip($"the incident was recorded by {there}; this machine has {here}");
        }
    }
}
