using System.Text.Json;
using FluentAssertions;
using PlanForensics.Attribution;
using PlanForensics.Contracts;
using PlanForensics.Incidents;
using PlanForensics.Models;
using PlanForensics.Tests.Capture;
using Xunit;

namespace PlanForensics.Tests.Cli;

/// <summary>An imported incident is explained from the store by the kernels that its environment names, as the whole incident is.</summary>
public sealed class IncidentPostmortemTests
{
    [Fact]
    public void Without_recorded_rotary_tables_in_fp32_the_candidates_say_that_bits_may_not_be_reproduced()
    {
        string folder = Directory.CreateTempSubdirectory("planforensics-model-").FullName;
        try
        {
            WidenedModel.Write(Path.Combine(SharedData.RepositoryRoot, "samples", "models", "kjv-1m"), folder);
            WholeIncident incident = WholeIncident.Load(Path.Combine(SharedData.RepositoryRoot, "samples", "incidents", "kjv-1m-bf16"));
            ExecutionContract with = IncidentContracts.Of(incident, incident.Runs[0]);
            ExecutionContract without = with with { Steps = [.. with.Steps.Select(step => step with { Observation = step.Observation with { CapturedTensors = null } })] };
            DecoderModel model = DecoderModel.Load(folder);
            RecordedCandidates.Of(model, without).Explanation.Should().Contain("rotary tables were not recorded");
            RecordedCandidates.Of(model, with).Explanation.Should().NotContain("rotary");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_own_incident_is_explained_from_the_store()
    {
        string model = Path.Combine(SharedData.RepositoryRoot, "samples", "models", "kjv-1m");
        string folder = Directory.CreateTempSubdirectory("planforensics-store-").FullName;
        try
        {
            string database = Path.Combine(folder, "store.db");
            ToolRun.Of("import", Path.Combine(SharedData.RepositoryRoot, "samples", "incidents", "kjv-1m-bf16"), "--store", database).ExitCode.Should().Be(0);
            ToolRun run = ToolRun.Of("postmortem", "kjv-1m-bf16/batch-1", "kjv-1m-bf16/batch-4", "--store", database, "--model", model, "--json");
            run.ExitCode.Should().Be(1, run.Error);
            JsonElement story = run.Json;
            story.GetProperty("state").GetString().Should().Be("explained");
            story.GetProperty("candidates").GetString().Should().StartWith("PyTorch 1.13 on a CPU (");
            foreach (string side in new[] { "side_a", "side_b" })
            {
                JsonElement verdict = story.GetProperty(side);
                verdict.GetProperty("state").GetString().Should().Be("identified");
                JsonElement found = verdict.GetProperty("classes")[verdict.GetProperty("matching")[0].GetInt32()];
                found.GetProperty("members")[0].GetString().Should().Be("onednn2.avx512_core_bf16, aten.avx2, batch as recorded");
                found.GetProperty("steps_equal").GetInt32().Should().Be(18);
            }

            story.GetProperty("bisection").GetProperty("groups")[0].GetProperty("operators")[0].GetProperty("name").GetString().Should().Be("layer 0 attention");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
