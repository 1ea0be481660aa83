using FluentAssertions;
using PlanForensics.Attribution;
using PlanForensics.Attribution.Incidents;
using PlanForensics.Contracts;
using PlanForensics.Incidents;
using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Replay;
using Xunit;

namespace PlanForensics.Tests.Attribution.Incidents;

public sealed class IncidentAttributionTests
{
    [Theory]
    [InlineData("stories260k_f32_flip_b", "stories260K-hf", 18, 426, 269)]
    public void Every_run_is_identified_and_the_flip_explained(string name, string model, int step, int tokenA, int tokenB)
    {
        IncidentVerdict verdict = Run(name, model, new IncidentOptions { ShareSteps = 1 });

        verdict.Runs.Should().OnlyContain(run => run.State == AttributionState.Identified && run.LogitsReproduced == run.LogitsTotal && run.TokensReproduced == run.TokensTotal);
        verdict.Runs.Should().OnlyContain(run => run.Others.Count > 10 && run.Others.All(other => !other.ReproducesEverything || !other.IsAllowed), "other families compete and fail");
        verdict.FlippedBatches.Should().Equal(2, 4, 8);
        (verdict.Flip!.Flip.StepIndexA, verdict.Flip.Flip.TokenA, verdict.Flip.Flip.TokenB).Should().Be((step, tokenA, tokenB));
        verdict.Flip.Bisection!.State.Should().Be(BisectionState.Found);
        verdict.Flip.Bisection.Controls!.AllPassed.Should().BeTrue();
        verdict.Flip.Pin!.Pin!.TokensEqual.Should().BeTrue();
        verdict.Flip.Pin.DiffersUnpinned.Should().BeTrue();
    }

    [Theory]
    [InlineData("stories260k_f32_flip_a", "stories260K-hf")]
    [InlineData("stories260k_f32_machine_a", "stories260K-hf")]
    [InlineData("tinystories_bf16_flip_a", "tinystories-656k-bf16")]
    public void The_recorded_environment_replays_every_logit_of_every_step_from_token_ids(string name, string model)
    {
        WholeIncident incident = WholeIncident.Load(SharedData.PathOf("incidents", name));
        DecoderModel decoder = DecoderModel.Load(SharedData.PathOf("models", model));
        ReplayModel ready = IncidentAttribution.ModelOf(decoder, incident);
        var engine = new CpuReplayEngine(KernelSelection.Default);
        foreach (IncidentRun run in incident.Runs)
        {
            ExecutionContract recorded = IncidentContracts.Of(incident, run);
            PlanSchedule schedule = new(name, RecordedOperatorTests.Candidate(incident, decoder, run.Batch).PlanFor);
            ExecutionContract replayed = ContractReplay.Run(engine, ready, recorded, schedule, new ContractReplayOptions { TeacherForced = false });
            replayed.Steps.Select(step => step.Observation.LogitsHash).Should().Equal(recorded.Steps.Select(step => step.Observation.LogitsHash), $"batch {run.Batch}");
            replayed.ChosenTokens.Should().Equal(run.Tokens);
        }
    }

    [Fact]
    public void Another_model_does_not_fit()
    {
        WholeIncident incident = WholeIncident.Load(SharedData.PathOf("incidents", "tinystories_bf16_flip_a"));
        DecoderModel other = DecoderModel.Load(SharedData.PathOf("models", "stories260K-hf"));
        FluentActions.Invoking(() => IncidentAttribution.ModelOf(other, incident)).Should().Throw<IncidentFormatException>().WithMessage("*dtype*");
    }

    private static IncidentVerdict Run(string name, string model, IncidentOptions options)
    {
        WholeIncident incident = WholeIncident.Load(SharedData.PathOf("incidents", name));
        ReplayModel ready = IncidentAttribution.ModelOf(DecoderModel.Load(SharedData.PathOf("models", model)), incident);
        return IncidentAttribution.Run(new CpuReplayEngine(KernelSelection.Default, new OperatorMemo(256L << 20)), ready, incident, options);
    }
}
