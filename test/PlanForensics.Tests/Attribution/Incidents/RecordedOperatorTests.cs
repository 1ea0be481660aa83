using FluentAssertions;
using PlanForensics.Attribution.Incidents;
using PlanForensics.Contracts;
using PlanForensics.Engines.Aten;
using PlanForensics.Incidents;
using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Rules.PyTorch;
using Xunit;

namespace PlanForensics.Tests.Attribution.Incidents;

/// <summary>Every operator that was recorded, computed alone from its recorded inputs under the plan that the recorded environment implies.</summary>
public sealed class RecordedOperatorTests
{
    [Theory]
    [InlineData("stories260k_f32_flip_a", "stories260K-hf")]
    [InlineData("stories260k_f32_flip_b", "stories260K-hf")]
    [InlineData("stories260k_f32_machine_a", "stories260K-hf")]
    [InlineData("tinystories_bf16_flip_a", "tinystories-656k-bf16")]
    public void Every_recorded_operator_is_reproduced(string name, string model)
    {
        WholeIncident incident = WholeIncident.Load(SharedData.PathOf("incidents", name));
        DecoderModel decoder = DecoderModel.Load(SharedData.PathOf("models", model));
        using var operators = new RecordedOperators(KernelSelection.Default, decoder, incident);
        foreach (IncidentRun run in incident.Runs)
        {
            ValueList<OperatorTally> tallies = operators.Compare(run, Candidate(incident, decoder, run.Batch).PlanFor);
            tallies.Where(tally => !tally.IsComplete).Should().BeEmpty($"batch {run.Batch}");
        }
    }

    internal static PyTorchCandidate Candidate(WholeIncident incident, DecoderModel model, int batch) => PyTorchCandidates.All(SizesOf(incident, model), [batch], 2)
        .First(candidate => PyTorchCandidates.Allows(PyTorchEnvironment.Of(incident.Engine.Versions, incident.Engine.Environment), candidate));

    private static AtenDecoder SizesOf(WholeIncident incident, DecoderModel model) => new(
        model.Configuration.HiddenSize, model.Configuration.HeadCount, model.Configuration.KeyValueHeadCount, model.Configuration.HeadDimension,
        model.Configuration.FeedForwardSize, model.Configuration.VocabularySize, incident.Format);
}
