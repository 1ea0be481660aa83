using FluentAssertions;
using PlanForensics.Attribution;
using PlanForensics.Attribution.Incidents;
using PlanForensics.Incidents;
using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Replay;
using PlanForensics.Tests.Engines.OpenBlas;
using Xunit;

namespace PlanForensics.Tests.Capture;

/// <summary>Records a run that nobody has seen, with random prompts, kernels and seed, and attributes it: every logit of every step, from token ids.</summary>
public class FreshIncidentTests(ITestOutputHelper output)
{
    private static readonly string[] Cores = ["Haswell", "SkylakeX", "Cooperlake", "Sandybridge", "Prescott"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_logit_of_a_fresh_run_is_reproduced(bool widened)
    {
        Recorder.SkipWithoutTorch();
        int seed = Random.Shared.Next(1 << 20);
        string[] cores = [.. Cores.Where(LiveSgemmTests.ProcessorRuns)];
        string own = Path.Combine(SharedData.RepositoryRoot, "samples", "models", "kjv-1m");
        string folder = Directory.CreateTempSubdirectory("planforensics-model-").FullName;
        string incident = "";
        try
        {
            if (widened)
                WidenedModel.Write(own, folder);
            incident = Recorder.Record(
                widened ? folder : own, [seed % 2 == 0 ? "--random" : "--sampled", "4", "--prompt-length", $"{2 + (seed % 17)}", "--seed", $"{seed}", "--batches", "1,2,4", "--steps", "8", "--save-steps", "flip"],
                ("OPENBLAS_CORETYPE", cores[seed % cores.Length]), ("ATEN_CPU_CAPABILITY", seed % 3 == 0 ? "default" : "avx2"));
            IncidentVerdict verdict = Attribute(incident, widened ? folder : own);
            output.WriteLine($"seed {seed}, {(widened ? "fp32" : "bf16")}: {string.Join("; ", verdict.Runs.Select(run => $"{run.LogitsReproduced} of {run.LogitsTotal} logits, {run.Plan}"))}");
            verdict.Runs.Should().OnlyContain(run => run.IsExplained && run.LogitsReproduced == run.LogitsTotal && run.TokensReproduced == run.TokensTotal, "seed {0}", seed);
            verdict.Runs.Should().OnlyContain(run => run.Controls!.AllPassed, "seed {0}", seed);
            if (widened) // bf16 can hide every other family in the one step that they are compared over
                verdict.Runs.Should().OnlyContain(run => run.Others.Any(other => other.LogitsReproduced < other.LogitsCompared), "other families compete and fail");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
            if (incident.Length > 0)
                Directory.Delete(incident, recursive: true);
        }
    }

    private static IncidentVerdict Attribute(string folder, string model)
    {
        WholeIncident incident = WholeIncident.Load(folder);
        incident.CheckModel(model);
        ReplayModel ready = IncidentAttribution.ModelOf(DecoderModel.Load(model), incident);
        return IncidentAttribution.Run(new CpuReplayEngine(KernelSelection.Default, new OperatorMemo(256L << 20)), ready, incident, new IncidentOptions { ShareSteps = 1 });
    }
}
