using FluentAssertions;
using PlanForensics.Attribution;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using PlanForensics.Rules;
using Xunit;
using static PlanForensics.Tests.Attribution.AttributionSetting;

namespace PlanForensics.Tests.Attribution;

public sealed class AttributionEvidenceTests
{
    private static AttributionVerdict Attribute(ExecutionContract recorded, IEnumerable<PlanSchedule> candidates, IReplayEngine? engine = null, AttributionOptions? options = null) =>
        PlanAttribution.Run(engine ?? Engine(), Model, recorded, candidates, options, cancellation: TestContext.Current.CancellationToken);

    // A product of two bf16 values (8 significant bits each) is exact in binary32, so mul+add and fma round the same sum: no bf16 input separates the two.
    [Fact]
    public void Classes_whose_bits_agree_on_the_input_are_ambiguous_and_nothing_is_claimed_to_separate_them()
    {
        PlanSchedule[] candidates = [Schedule("sequential_fma", NumericFormat.Bf16), Schedule("sequential_muladd", NumericFormat.Bf16), Schedule("split_k4_bf16_staging", NumericFormat.Bf16)];

        AttributionVerdict verdict = Attribute(Record(candidates[0]), candidates);

        verdict.State.Should().Be(AttributionState.Ambiguous, verdict.Explanation);
        verdict.Matching.Should().Equal(0, 1);
        verdict.BitGroups.Select(group => string.Join(',', group)).Should().Equal("0,1", "2");
        ClassSeparation separation = verdict.Separations.Should().ContainSingle().Subject;
        separation.Operator.Should().BeNull();
        separation.Evidence.Should().Contain("other inputs");
        verdict.Controls!.AllPassed.Should().BeTrue();
    }

    [Fact]
    public void What_would_separate_ambiguous_classes_is_the_first_operator_that_differs()
    {
        ExecutionPlan plan = Plan("sequential_fma");
        PlanSchedule[] candidates = [new("plain", plan), new("layer 1 o_proj split", plan.With(new PlanRule(null, 1, OperatorRole.OutputProjection, PlanCatalog.Gemms["split_k4"])))];

        AttributionVerdict verdict = Attribute(TokensOnly(Record(candidates[0])), candidates);

        verdict.Comparison.Should().Be(AttributionState.Ambiguous, verdict.Explanation);
        verdict.Separations.Should().ContainSingle().Which.Operator.Should().Be("layer 1 o_proj");
        verdict.Separations[0].StepIndex.Should().Be(0);
        verdict.Separations[0].DifferentElements.Should().BePositive();
    }

    [Fact]
    public void A_recorded_hidden_state_hash_separates_what_the_logits_do_not()
    {
        PlanSchedule planted = Schedule("split_k4");
        ExecutionContract withHashes = ContractReplay.Run(Engine(0), Model, Record(planted), planted, new ContractReplayOptions { HiddenStateHashes = true });
        ExecutionContract recorded = Map(withHashes, step => step with
        {
            State = step.State with { Plan = null, PlanFingerprint = null },
            Observation = new StepObservation { ChosenToken = step.Observation.ChosenToken, HiddenStateHashes = step.Observation.HiddenStateHashes },
        });

        AttributionVerdict verdict = Attribute(recorded, Catalogue());

        verdict.Evidence.Should().Be(EvidenceKind.HiddenStates);
        verdict.State.Should().Be(AttributionState.Identified, verdict.Explanation);
        verdict.Found!.Class.Members.Should().Contain("split_k4");
    }

    [Fact]
    public void The_two_largest_logits_are_weak_evidence_that_rules_classes_out()
    {
        ExecutionContract recorded = Map(Record(Schedule("split_k4")), step => step with { Observation = step.Observation with { Logits = null, LogitsSha256 = null } });

        AttributionVerdict verdict = Attribute(recorded, Catalogue());

        verdict.Evidence.Should().Be(EvidenceKind.TopLogits);
        verdict.IsWeak.Should().BeTrue();
        verdict.Matching.Select(index => verdict.Classes[index].Class.Members).Should().Contain(members => members.Contains("split_k4"));
        verdict.Matching.Count.Should().BeLessThan(verdict.Classes.Count);
    }

    [Fact]
    public void Logits_recorded_as_fp32_are_reproduced_by_a_plan_that_makes_them_in_bf16()
    {
        PlanSchedule planted = Schedule("split_k4_bf16_staging", NumericFormat.Bf16);
        ExecutionContract recorded = Map(Record(planted), step => step with
        {
            Observation = StepObservation.FromLogits(
                TensorValue.FromFp32(step.Observation.FullLogits!.ToFp32(), Configuration.VocabularySize), step.Observation.ChosenToken, keepLogits: false),
        });

        Attribute(recorded, [planted, Schedule("sequential_fma", NumericFormat.Bf16)]).State.Should().Be(AttributionState.Identified);
    }

    [Fact]
    public void Hashes_without_any_token_are_followed_by_the_replays_own_choices()
    {
        ExecutionContract recorded = Map(HashesOnly(Record(Schedule("split_k4"))), step => step with { Observation = step.Observation with { ChosenToken = null } });

        AttributionVerdict verdict = Attribute(recorded, Catalogue());

        verdict.State.Should().Be(AttributionState.Identified, verdict.Explanation);
        verdict.Found!.Class.Members.Should().Contain("split_k4");
        verdict.Caveats.Should().Contain(caveat => caveat.Contains("stop at the first difference"));
        verdict.Classes.Where(item => !item.ReproducesEverything).Should().OnlyContain(item => item.StepsReplayed <= 6 && item.StepsCompared == item.StepsEqual + 1);
    }

    [Fact]
    public void A_schedule_that_needs_what_was_not_recorded_is_refused_with_the_reason()
    {
        var dispatcher = new ShapeBucketDispatcher(new ShapeBucket(1, Plan("split_k4")), new ShapeBucket(null, Plan("sequential_fma")));
        ExecutionContract recorded = Map(Record(Schedule("split_k4")), step => step with { State = step.State with { BatchSize = null, BatchTokens = null } });

        AttributionVerdict verdict = Attribute(recorded, [new PlanSchedule("dispatcher", dispatcher.PlanFor), .. Catalogue()]);

        verdict.State.Should().Be(AttributionState.Identified, verdict.Explanation);
        RefusedCandidate refused = verdict.Refused.Should().ContainSingle().Subject;
        refused.Name.Should().Be("dispatcher");
        refused.Reason.Should().Contain("records no padded batch");
        verdict.Caveats.Should().Contain(caveat => caveat.Contains("refused"));
    }

    [Fact]
    public void A_plan_that_the_engine_does_not_run_is_refused_by_its_operator()
    {
        ExecutionPlan plan = Plan("sequential_fma").With(new PlanRule(null, 2, OperatorRole.Activation, new ActivationPlan { Math = MathPath.CudaApprox }));

        AttributionVerdict verdict = Attribute(Record(Schedule("split_k4"), steps: 2), [new PlanSchedule("cuda", plan), Schedule("split_k4")]);

        verdict.Refused.Should().ContainSingle().Which.Operator.Should().Be("layer 2 activation");
        verdict.State.Should().Be(AttributionState.Identified);
    }

    [Fact]
    public void Nothing_recorded_is_not_comparable()
    {
        ExecutionContract recorded = Map(Record(Schedule("split_k4"), steps: 2), step => step with { Observation = new StepObservation() });

        AttributionVerdict verdict = Attribute(recorded, Catalogue());

        verdict.State.Should().Be(AttributionState.NotComparable);
        verdict.Controls.Should().BeNull();
    }

    [Fact]
    public void A_prompt_known_by_its_hash_alone_is_not_comparable_and_says_so()
    {
        ExecutionContract recorded = Record(Schedule("split_k4"), steps: 2);

        AttributionVerdict verdict = Attribute(recorded with { Request = recorded.Request with { EffectiveTokenIds = null } }, Catalogue());

        verdict.State.Should().Be(AttributionState.NotComparable);
        verdict.Explanation.Should().Contain("no effective token ids");
    }

    [Fact]
    public void A_recorded_plan_that_its_bits_contradict_is_named()
    {
        ExecutionContract honest = Map(Record(Schedule("split_k4"), steps: 2), step => step with { State = step.State with { PlanFingerprint = Plan("split_k4").Fingerprint.Hex } });
        ExecutionContract wrong = Map(honest, step => step with { State = step.State with { PlanFingerprint = Plan("split_k8").Fingerprint.Hex } });
        ExecutionContract unknown = Map(honest, step => step with { State = step.State with { PlanFingerprint = new string('a', 64) } });
        ExecutionContract otherWords = Map(honest, step => step with
        {
            State = step.State with { PlanFingerprint = null, Plan = PlanCatalog.Uniform(new GemmPlan { SplitK = 4, Tile = new TileShape(64, 64, 0) }, NumericFormat.Fp32).Text },
        });

        Attribute(honest, Catalogue()).Claim!.Stance.Should().Be(ClaimStance.Agrees);
        Attribute(otherWords, Catalogue()).Claim!.Stance.Should().Be(ClaimStance.Agrees);
        Attribute(unknown, Catalogue()).Claim!.Stance.Should().Be(ClaimStance.Unknown);
        PlanClaim claim = Attribute(wrong, Catalogue()).Claim!;
        claim.Stance.Should().Be(ClaimStance.Contradicts);
        claim.Candidate.Should().Be("split_k8");
        claim.StepIndex.Should().Be(0);
    }

    [Fact]
    public void An_engine_that_does_not_repeat_itself_fails_the_control_and_voids_the_verdict()
    {
        AttributionVerdict verdict = Attribute(Record(Schedule("split_k4"), steps: 2), Catalogue(), new UnrepeatableEngine(Engine(0)));

        verdict.State.Should().Be(AttributionState.ControlFailed);
        verdict.Controls!.Repeat.Passed.Should().BeFalse();
        verdict.Explanation.Should().StartWith("a control failed (repeat)").And.Contain("Not to be believed");
    }

    [Fact]
    public void A_comparison_that_no_plan_can_fail_has_no_power()
    {
        ExecutionContract recorded = TokensOnly(GreedyRecording.Run(Engine(0), Model, "one token", [31, 39, 61, 30, 13], Schedule("split_k4"), steps: 1));

        AttributionVerdict verdict = Attribute(recorded, [Schedule("split_k4")]);

        verdict.Comparison.Should().Be(AttributionState.Identified);
        verdict.State.Should().Be(AttributionState.ControlFailed);
        verdict.Controls!.HasPower.Should().BeFalse();
        verdict.Explanation.Should().StartWith("no power");
    }

    [Fact]
    public void One_candidate_alone_is_tested_against_a_perturbing_plan()
    {
        AttributionVerdict verdict = Attribute(Record(Schedule("split_k4"), steps: 2), [Schedule("split_k4")]);

        verdict.State.Should().Be(AttributionState.Identified);
        verdict.Controls!.Negative.Detail.Should().Contain("merged in bf16");
        verdict.Controls.Replays.Should().Be(4);
    }

    [Fact]
    public void Giving_up_at_the_first_difference_finds_the_same_class_with_fewer_steps()
    {
        ExecutionContract recorded = Record(Schedule("split_k4"));

        AttributionVerdict whole = Attribute(recorded, Catalogue());
        AttributionVerdict early = Attribute(recorded, Catalogue(), options: new AttributionOptions { StopAtFirstDifference = true });

        early.Matching.Should().Equal(whole.Matching);
        early.State.Should().Be(AttributionState.Identified);
        early.Classes.Sum(item => item.StepsReplayed).Should().BeLessThan(whole.Classes.Sum(item => item.StepsReplayed) / 3);
    }
}
