using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Numerics;
using PlanForensics.Tests.Contracts;
using Xunit;

namespace PlanForensics.Tests.Diffing;

public class TraceDiffTests
{
    private const float Two = 2f;

    private static readonly float TwoAndOneUlp = BitConverter.UInt32BitsToSingle(0x4000_0001);

    [Fact]
    public void A_trace_compared_with_itself_differs_nowhere()
    {
        ExecutionContract trace = ContractSamples.Small(steps: 5);
        TraceDiff diff = TraceDiff.Between(trace, trace);
        (diff.FirstDivergence, diff.FirstFlip).Should().Be((null, null));
        (diff.Steps.Count, diff.BitwiseEqualCount, diff.AbsorbedCount, diff.UndecidableCount).Should().Be((5, 5, 0, 0));
        diff.Steps.Should().OnlyContain(step => step.Inputs.IsEqual);
        diff.Weights.IsEqual.Should().BeTrue();
        diff.Ending.Should().Be("both sides ended; no pair of recorded tokens differs");
    }

    [Fact]
    public void Bits_diverge_first_and_the_token_flips_later()
    {
        // Steps 1 and 2 differ by one ulp of the losing logit; step 3 flips; step 4 is not comparable.
        ExecutionContract a = Trace(Step(0, 1, 1f, Two), Step(1, 1, 1f, Two), Step(2, 1, 1f, Two), Step(3, 1, 1f, Two), Step(4, 1, 1f, Two));
        float near = BitConverter.UInt32BitsToSingle(0x3F80_0001);
        ExecutionContract b = Trace(Step(0, 1, 1f, Two), Step(1, 1, near, Two), Step(2, 1, near, Two), Step(3, 0, TwoAndOneUlp, Two), Step(4, 0, 1f, 1f));
        TraceDiff diff = TraceDiff.Between(a, b);
        diff.FirstDivergence!.ToString().Should().Be("step 1, logits");
        diff.FirstDivergence.Element!.ToString().Should().Be("[0] 1 (0x3F800000) and 1.0000001 (0x3F800001), 1 ulp");
        diff.FirstFlip!.ToString().Should().Be("step 3: token 1 on side A, 0 on side B");
        (diff.BitwiseEqualCount, diff.AbsorbedCount, diff.Steps.Count).Should().Be((1, 2, 4));
        (diff.NotComparableA, diff.NotComparableB).Should().Be((1, 1));
        diff.Ending.Should().Be("token flip at step 3: the inputs of later steps differ, so they are not compared");
    }

    [Fact]
    public void Different_prompts_leave_no_step_comparable()
    {
        ExecutionContract a = ContractSamples.Small(steps: 3);
        TraceDiff diff = TraceDiff.Between(a, a with { Request = EffectiveRequest.FromTokenIds([1, 5, 8], a.Request.Decode) });
        diff.Request.Finding.State.Should().Be(Equality.Different);
        diff.Steps.Should().BeEmpty();
        (diff.NotComparableA, diff.NotComparableB, diff.FirstDivergence).Should().Be((3, 3, null));
        diff.Ending.Should().StartWith("no step was compared");
    }

    [Fact]
    public void A_decode_configuration_that_differs_leaves_the_steps_comparable()
    {
        ExecutionContract a = ContractSamples.Small(steps: 2);
        TraceDiff diff = TraceDiff.Between(a, a with { Request = a.Request with { Decode = new DecodeConfiguration { Method = "greedy", Temperature = 1 } } });
        diff.Request.Finding.State.Should().Be(Equality.Different);
        diff.BitwiseEqualCount.Should().Be(2);
    }

    [Fact]
    public void The_shorter_side_is_named()
    {
        TraceDiff diff = TraceDiff.Between(ContractSamples.Small(steps: 5), ContractSamples.Small(steps: 3));
        (diff.Steps.Count, diff.BeyondEndOfB, diff.BeyondEndOfA, diff.FirstFlip).Should().Be((3, 2, 0, null));
        diff.Ending.Should().Be("side B ended first; no pair of recorded tokens differs");
        (diff.NotComparableA, diff.NotComparableB).Should().Be((0, 0));
    }

    [Fact]
    public void A_step_that_one_side_dropped_makes_later_inputs_undecidable()
    {
        ExecutionContract a = ContractSamples.Small(steps: 4);
        TraceDiff diff = TraceDiff.Between(a, a with { Steps = a.Steps.Where(step => step.State.StepIndex != 1).ToValueList() });
        diff.OnlyInA.Should().Equal(1);
        diff.OnlyInB.Should().BeEmpty();
        diff.Steps.Select(step => step.Inputs.State).Should().Equal(Equality.Equal, Equality.Undecidable, Equality.Undecidable);
        diff.Steps[1].Inputs.Because.Should().Be("only one side recorded step 1");
    }

    [Fact]
    public void A_prefill_in_chunks_pairs_with_one_in_a_single_step()
    {
        ExecutionContract whole = Trace(At(0, 8, Step(0, 1, 1f, Two)), At(1, 9, Step(1, 1, 1f, Two)));
        ExecutionContract chunks = Trace(
            At(0, 4, Step(0, 1, 1f, Two)) with { Observation = new StepObservation() }, At(1, 8, Step(0, 1, 1f, Two)), At(2, 9, Step(1, 1, 1f, TwoAndOneUlp)));
        TraceDiff diff = TraceDiff.Between(whole, chunks);
        diff.Alignment.Should().Be(StepAlignment.ContextLength);
        diff.Steps.Select(step => (step.StepIndexA, step.StepIndexB, step.Bits.State)).Should()
            .Equal((0, 1, Equality.Equal), (1, 2, Equality.Different));
        diff.OnlyInB.Should().Equal(0);
        diff.Steps.Should().OnlyContain(step => step.Inputs.IsEqual, "a chunk without a token changes no input");
        (diff.FirstDivergence!.StepIndexA, diff.FirstDivergence.StepIndexB, diff.FirstDivergence.UndecidableStepsBefore).Should().Be((1, 2, 1));
    }

    [Fact]
    public void Context_lengths_counted_from_other_starts_pair_by_step_index()
    {
        ExecutionContract a = Trace(At(0, 8, Step(0, 1, 1f, Two)), At(1, 9, Step(1, 1, 1f, Two)));
        ExecutionContract b = Trace(At(0, 9, Step(0, 1, 1f, Two)), At(1, 10, Step(1, 1, 1f, Two)));
        TraceDiff diff = TraceDiff.Between(a, b);
        diff.Alignment.Should().Be(StepAlignment.StepIndex);
        diff.BitwiseEqualCount.Should().Be(2);
    }

    [Fact]
    public void The_operator_of_the_first_divergence_is_named_with_its_element()
    {
        ContractStep Layered(float value, char hash) => Step(0, 1, 1f, Two) with
        {
            Observation = Step(0, 1, 1f, Two).Observation with
            {
                HiddenStateHashes =
                [
                    new HiddenStateHash { Layer = 0, Sha256 = new string('a', 64) },
                    new HiddenStateHash { Layer = 1, Sha256 = new string(hash, 64) },
                ],
                CapturedTensors =
                [
                    new CapturedTensor { Name = "layer 1 o_proj", Layer = 1, Tensor = TensorReference.Of(TensorValue.FromFp32([3f, value], 1, 2)) },
                ],
            },
        };
        FirstDivergence first = TraceDiff.Between(Trace(Layered(Two, 'b')), Trace(Layered(TwoAndOneUlp, 'c'))).FirstDivergence!;
        first.ToString().Should().Be("step 0, layer 1 o_proj");
        (first.Layer, first.ElementOf, first.Element!.Index, first.Element.Ulps).Should().Be((1, "layer 1 o_proj", 1L, 1L));
        first.HiddenState!.ToString().Should().Be("layer 1");
    }

    [Fact]
    public void Hashes_alone_find_the_divergence_and_say_what_they_cannot()
    {
        ContractRedaction key = new(new byte[32], "k1");
        ExecutionContract a = key.Redact(Trace(Step(0, 1, 1f, Two), Step(1, 1, 1f, Two)));
        ExecutionContract b = key.Redact(Trace(Step(0, 1, 1f, TwoAndOneUlp), Step(1, 0, 3f, Two)));
        TraceDiff diff = TraceDiff.Between(a, b);
        diff.Request.Finding.State.Should().Be(Equality.Equal);
        diff.FirstDivergence!.ToString().Should().Be("step 0, place unknown");
        (diff.AbsorbedCount, diff.FirstFlip!.StepIndexA, diff.FirstFlip.TokenA).Should().Be((1, 1, null));
    }

    [Fact]
    public void The_key_compares_a_replay_with_a_redacted_recording()
    {
        ContractRedaction key = new(new byte[32], "k1");
        ExecutionContract replay = Trace(Step(0, 1, 1f, Two), Step(1, 1, 1f, Two));
        ExecutionContract recording = key.Redact(replay);
        TraceDiff without = TraceDiff.Between(recording, replay);
        without.Request.Finding.State.Should().Be(Equality.Undecidable);
        without.Steps.Should().OnlyContain(step => step.Logits.IsEqual && step.Tokens.IsUndecidable && step.Inputs.IsUndecidable);
        TraceDiff with = TraceDiff.Between(recording, replay, key);
        with.Steps.Should().OnlyContain(step => step.Logits.IsEqual && step.Tokens.IsEqual && step.Inputs.IsEqual);
        TraceDiff.Between(recording, Trace(Step(0, 0, 3f, Two)), key).FirstFlip!.TokenB.Should().Be(0);
    }

    [Fact]
    public void Other_weights_are_seen()
    {
        ExecutionContract a = ContractSamples.Small();
        TraceDiff.Between(a, a with { Model = a.Model with { WeightsSha256 = new string('b', 64) } }).Weights.State.Should().Be(Equality.Different);
        TraceDiff.Between(a, a with { Model = a.Model with { WeightsSha256 = null } }).Weights.State.Should().Be(Equality.Undecidable);
    }

    private static ExecutionContract Trace(params ContractStep[] steps) => ContractSamples.Small() with { Steps = steps.ToValueList() };

    private static ContractStep Step(int index, int token, params float[] logits) => new()
    {
        State = ContractSamples.State(index),
        Observation = StepObservation.FromLogits(TensorValue.FromFp32(logits, logits.Length), token),
    };

    private static ContractStep At(int index, int keyLength, ContractStep step) =>
        step with { State = step.State with { StepIndex = index, Shape = step.State.Shape with { KeyLength = keyLength } } };
}
