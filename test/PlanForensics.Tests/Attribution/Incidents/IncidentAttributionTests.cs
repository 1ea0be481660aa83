using FluentAssertions;
using PlanForensics.Attribution;
using PlanForensics.Attribution.Incidents;
using PlanForensics.Contracts;
using PlanForensics.Incidents;
using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Replay;
using Xunit;

namespace PlanForensics.Tests.Attribution.Incidents;

public sealed class IncidentAttributionTests
{
    [Fact]
    public void Every_run_of_the_committed_incident_is_identified_and_its_flip_explained()
    {
        IncidentVerdict verdict = Run(new IncidentOptions { ShareSteps = 1 });

        verdict.Runs.Should().OnlyContain(run => run.State == AttributionState.Identified && run.LogitsReproduced == run.LogitsTotal && run.TokensReproduced == run.TokensTotal);
        verdict.Runs.Should().OnlyContain(run => run.Others.Count > 10 && run.Others.All(other => !other.ReproducesEverything || !other.IsAllowed), "other families compete and fail");
        verdict.Runs.Should().OnlyContain(run => run.Operators.Count > 15 && run.Operators.All(tally => tally.IsComplete), "every recorded operator is reproduced too");
        verdict.Backends.Should().Equal("onednn2.avx512_core_bf16, aten.avx2");
        verdict.FlippedBatches.Should().Equal(4, 8);
        (verdict.Flip!.BatchA, verdict.Flip.BatchB, verdict.Flip.Flip.StepIndexA, verdict.Flip.Flip.TokenA, verdict.Flip.Flip.TokenB).Should().Be((1, 4, 5, 261, 482));
        verdict.Flip.Bisection!.Operators.Select(item => item.Name).Should().Equal("layer 0 attention");
        verdict.Flip.Bisection!.State.Should().Be(BisectionState.Found);
        verdict.Flip.Bisection.Controls!.AllPassed.Should().BeTrue();
        verdict.Flip.Pin!.Pin!.TokensEqual.Should().BeTrue();
        verdict.Flip.Pin.DiffersUnpinned.Should().BeTrue();
    }

    [Theory]
    [InlineData("stories260k_f32_flip_a", "stories260K-hf")]
    [InlineData("stories260k_f32_flip_b", "stories260K-hf")]
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

    [Fact]
    public void Without_an_environment_all_families_compete_and_recorded_operators_tell_what_logits_do_not()
    {
        WholeIncident incident = Committed();
        incident = WithoutEnvironment(incident, [incident.Runs[0]]);

        IncidentRunVerdict blind = Run(incident, new IncidentOptions { UseOperators = false }).Runs[0];
        IncidentRunVerdict told = Run(incident, new IncidentOptions()).Runs[0];

        blind.State.Should().Be(AttributionState.Ambiguous, "bf16 logits hide ATen's capability");
        blind.Found.SelectMany(item => item.Members).Should().Contain("onednn2.avx512_core_bf16, aten.avx2, batch 1").And.Contain("onednn2.avx512_core_bf16, aten.default, batch 1");
        told.Found.SelectMany(item => item.Members).Should().Contain("onednn2.avx512_core_bf16, aten.avx2, batch 1").And.NotContain(name => name.Contains("aten.default", StringComparison.Ordinal));
    }

    [Fact]
    public void Bits_that_no_plan_makes_are_unexplained() // negative control
    {
        WholeIncident incident = Committed();
        IncidentRun run = incident.Runs[0];
        byte[] bytes = run.Logits.Bytes.ToArray();
        bytes[^2] ^= 1;
        var damaged = new IncidentRun { Batch = run.Batch, Tokens = run.Tokens, Logits = TensorValue.FromBytes(run.Logits.Format, bytes, run.Logits.Shape), Steps = run.Steps };

        IncidentRunVerdict verdict = Run(WithoutEnvironment(incident, [damaged]), new IncidentOptions()).Runs[0];

        verdict.State.Should().Be(AttributionState.Unexplained);
        (verdict.LogitsReproduced, verdict.LogitsTotal).Should().Be((36_863, 36_864));
        verdict.Controls.Should().BeNull();
    }

    private static WholeIncident Committed() => WholeIncident.Load(Path.Combine(SharedData.RepositoryRoot, "samples", "incidents", "kjv-1m-bf16"));

    private static WholeIncident WithoutEnvironment(WholeIncident incident, IReadOnlyList<IncidentRun> runs) => new()
    {
        Folder = incident.Folder, Name = incident.Name, Engine = new IncidentEngine(ValueMap.Empty, null), ModelName = incident.ModelName, ModelFile = incident.ModelFile,
        ModelSha256 = incident.ModelSha256, Format = incident.Format, Threads = incident.Threads, Prompts = incident.Prompts, Sequences = incident.Sequences, Runs = runs,
        RopeCosine = incident.RopeCosine, RopeSine = incident.RopeSine,
    };

    private static IncidentVerdict Run(IncidentOptions options) => Run(Committed(), options);

    private static IncidentVerdict Run(WholeIncident incident, IncidentOptions options)
    {
        DecoderModel decoder = DecoderModel.Load(Path.Combine(SharedData.RepositoryRoot, "samples", "models", "kjv-1m"));
        ReplayModel ready = IncidentAttribution.ModelOf(decoder, incident);
        return IncidentAttribution.Run(new CpuReplayEngine(KernelSelection.Default, new OperatorMemo(256L << 20)), ready, incident, options);
    }
}
