using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Numerics;
using PlanForensics.Tests.Contracts;
using Xunit;

namespace PlanForensics.Tests.Diffing;

public class StepDiffTests
{
    private static readonly string HashOne = new('1', 64);

    private static readonly string HashTwo = new('2', 64);

    [Fact]
    public void A_step_compared_with_itself_is_equal_in_everything_recorded()
    {
        StepDiff diff = StepDiff.Between(ContractSamples.Step(1), ContractSamples.Step(1));
        (diff.Tokens.State, diff.Logits.State, diff.Bits.State).Should().Be((Equality.Equal, Equality.Equal, Equality.Equal));
        diff.LogitsDiff!.IsBitwiseEqual.Should().BeTrue();
        diff.Flip.Should().BeNull();
        diff.HiddenStates.Finding.Because.Should().Be("neither side recorded hidden-state hashes");
        diff.CapturedTensors.Finding.State.Should().Be(Equality.Undecidable);
    }

    [Fact]
    public void A_flip_has_margins_and_the_logits_of_both_tokens_on_both_sides()
    {
        // Side A: 2 (40000000) over 1.9999999 (3FFFFFFF); on side B the second has become 2.0000002 (40000001).
        TokenFlip flip = StepDiff.Between(Step([0f, 2f, 1.9999999f], 1), Step([0f, 2f, 2.0000002f], 2)).Flip!;
        (flip.TokenA, flip.TokenB).Should().Be((1, 2));
        flip.ToString().Should().Be("step 3: token 1 on side A, 2 on side B");
        (flip.SideA.Margin!.Ulps, flip.SideB.Margin!.Ulps).Should().Be((1, 1));
        (flip.SideA.Margin.Margin, flip.SideB.Margin.Margin).Should().Be((Math.ScaleB(1, -23), Math.ScaleB(1, -22)));
        (flip.SideA.LogitOfTokenA!.Bits, flip.SideA.LogitOfTokenB!.Bits).Should().Be((0x4000_0000u, 0x3FFF_FFFFu));
        (flip.SideB.LogitOfTokenA!.Bits, flip.SideB.LogitOfTokenB!.Bits).Should().Be((0x4000_0000u, 0x4000_0001u));
        (flip.SideA.Gap, flip.SideB.Gap).Should().Be((Math.ScaleB(1, -23), -Math.ScaleB(1, -22)));
        (flip.SideA.GapUlps, flip.SideB.GapUlps).Should().Be((1, 1));
    }

    [Fact]
    public void What_a_flip_cannot_know_is_null()
    {
        ContractStep bare = Step([0f, 2f], 1) with { Observation = new StepObservation { ChosenToken = 1 } };
        ContractStep other = Step([0f, 2f], 1) with { Observation = new StepObservation { ChosenToken = 0, Top1 = RecordedLogit.FromFp32(0, 3f) } };
        TokenFlip flip = StepDiff.Between(bare, other).Flip!;
        (flip.SideA.Margin, flip.SideA.LogitOfTokenA, flip.SideA.Gap, flip.SideA.GapUlps).Should().Be((null, null, null, null));
        flip.SideB.LogitOfTokenB!.Value.Should().Be(3f);
        flip.SideB.Gap.Should().BeNull();
    }

    [Fact]
    public void Hashes_alone_tell_whether_logits_are_bitwise_equal()
    {
        ContractStep hashed = Hashed(Step([0f, 2f], 1));
        StepDiff.Between(hashed, Step([0f, 2f], 1)).Logits.ToString().Should().Be("equal (sha256 of the logits)");
        StepDiff different = StepDiff.Between(hashed, Step([-0f, 2f], 1));
        different.Logits.State.Should().Be(Equality.Different, "-0 and +0 have different bits");
        different.LogitsDiff.Should().BeNull();
        different.Tokens.IsEqual.Should().BeTrue();
    }

    [Fact]
    public void A_hash_of_another_format_tells_nothing_and_values_do()
    {
        ContractStep wide = Step([1f, 2f], 1);
        ContractStep narrow = new()
        {
            State = wide.State,
            Observation = StepObservation.FromLogits(TensorValue.FromRounded(NumericFormat.Bf16, [1f, 2f], 2), 1),
        };
        StepDiff.Between(Hashed(wide), narrow).Logits.State.Should().Be(Equality.Undecidable);
        StepDiff full = StepDiff.Between(wide, narrow);
        full.Logits.ToString().Should().Be("equal (all values, fp32 and bf16 both widened to fp32)");
        StepDiff.Between(Step([1f, 2.0000002f], 1), narrow).LogitsDiff!.MaxUlps.Should().Be(1);
    }

    [Fact]
    public void Logits_that_were_not_recorded_are_undecidable_unless_a_top_logit_differs()
    {
        ContractStep top = Observing(new StepObservation { ChosenToken = 1, Top1 = RecordedLogit.FromFp32(1, 2f), Top2 = RecordedLogit.FromFp32(0, 1f) });
        StepDiff.Between(top, top).Logits.ToString().Should().Be("undecidable (neither side recorded logits or their hash)");
        StepDiff.Between(top, Step([1f, 2f], 1)).Logits.State.Should().Be(Equality.Undecidable, "two equal logits do not show that all are");
        StepDiff.Between(top, Step([1.5f, 2f], 1)).Logits.ToString().Should().Be("different (the recorded logit of token 0)");
    }

    [Fact]
    public void Tokens_compare_by_keyed_hash_of_one_key_and_one_step()
    {
        ContractRedaction key = new(new byte[16], "k1");
        ContractStep plain = Step([0f, 2f], 1);
        ContractStep keyed = key.Redact(plain);
        StepDiff.Between(keyed, key.Redact(plain)).Tokens.ToString().Should().Be("equal (keyed token hashes)");
        StepDiff flip = StepDiff.Between(keyed, key.Redact(Step([0f, 2f], 0)));
        flip.Flip!.ToString().Should().Be("step 3: token (hashed) on side A, (hashed) on side B");
        StepDiff.Between(plain, keyed).Tokens.Because.Should().Be("side A recorded the token, the other side its hash under key k1; redact with that key to tell");
        StepDiff.Between(keyed, new ContractRedaction(new byte[16], "k2").Redact(plain)).Tokens.Because.Should().Contain("keys k1 and k2");
        StepDiff.Between(Observing(new StepObservation()), plain).Tokens.Because.Should().Be("only side B recorded a chosen token; side A must record it too");
    }

    [Fact]
    public void The_first_divergent_layer_is_found_by_hidden_state_hashes()
    {
        PointComparison points = StepDiff.Between(
            Observing(Hidden((-1, null, HashOne), (0, null, HashOne), (1, "attention", HashOne), (1, null, HashTwo), (2, null, HashTwo))),
            Observing(Hidden((-1, null, HashOne), (0, null, HashOne), (1, null, HashOne), (2, null, HashOne)))).HiddenStates;
        points.Finding.ToString().Should().Be("different (hidden-state hashes: 4 compared, 2 differ)");
        points.FirstDivergent!.ToString().Should().Be("layer 1");
        points.LastEqual!.ToString().Should().Be("layer 0");
        points.UndecidableBeforeFirst.Should().Be(1, "layer 1 attention is recorded on side A only");
        points.UndecidableCount.Should().Be(1);
    }

    [Fact]
    public void Hidden_states_hashed_in_other_formats_do_not_compare()
    {
        StepObservation fp32 = new() { HiddenStateHashes = [new HiddenStateHash { Layer = 0, Sha256 = HashOne, Format = NumericFormat.Fp32 }] };
        StepObservation bf16 = new() { HiddenStateHashes = [new HiddenStateHash { Layer = 0, Sha256 = HashTwo, Format = NumericFormat.Bf16 }] };
        PointComparison points = StepDiff.Between(Observing(fp32), Observing(bf16)).HiddenStates;
        points.Finding.State.Should().Be(Equality.Undecidable);
        points.FirstDivergent.Should().BeNull();
    }

    [Fact]
    public void The_first_divergent_captured_tensor_comes_with_its_difference()
    {
        PointComparison points = StepDiff.Between(
            Observing(Captured((1, "layer 1 q_proj", [1f, 2f]), (1, "layer 1 down_proj", [1f, 2f]), (null, "final_norm", [1f, 2f]))),
            Observing(Captured((1, "layer 1 q_proj", [1f, 2f]), (1, "layer 1 down_proj", [1f, 2.0000002f]), (null, "final_norm", [1f, 5f])))).CapturedTensors;
        points.FirstDivergent!.ToString().Should().Be("layer 1 down_proj");
        points.LastEqual!.ToString().Should().Be("layer 1 q_proj");
        points.FirstDivergentDiff!.FirstBitDifference!.ToString().Should().Be("[1] 2 (0x40000000) and 2.0000002 (0x40000001), 1 ulp");
        points.DifferentCount.Should().Be(2);
    }

    [Theory]
    [InlineData(-1, null, "embedding")]
    [InlineData(-1, "embedding", "embedding")]
    [InlineData(3, null, "layer 3")]
    [InlineData(3, "down_proj", "layer 3 down_proj")]
    [InlineData(3, "layer 3 down_proj", "layer 3 down_proj")]
    [InlineData(null, "final_norm", "final_norm")]
    public void Places_are_written_as_reports_write_them(int? layer, string? name, string text) => new TracePoint(layer, name).ToString().Should().Be(text);

    private static ContractStep Step(float[] logits, int token) => new()
    {
        State = ContractSamples.State(3),
        Observation = StepObservation.FromLogits(TensorValue.FromFp32(logits, logits.Length), token),
    };

    private static ContractStep Hashed(ContractStep step) => Observing(new StepObservation
    {
        ChosenToken = step.Observation.ChosenToken,
        LogitsSha256 = step.Observation.LogitsSha256,
        LogitsFormat = step.Observation.LogitsFormat,
    });

    private static ContractStep Observing(StepObservation observation) => new() { State = ContractSamples.State(3), Observation = observation };

    private static StepObservation Hidden(params (int Layer, string? Point, string Hash)[] hashes) => new()
    {
        HiddenStateHashes = hashes.Select(hash => new HiddenStateHash { Layer = hash.Layer, Point = hash.Point, Sha256 = hash.Hash }).ToValueList(),
    };

    private static StepObservation Captured(params (int? Layer, string Name, float[] Values)[] tensors) => new()
    {
        CapturedTensors = tensors.Select(tensor => new CapturedTensor
        {
            Layer = tensor.Layer,
            Name = tensor.Name,
            Tensor = TensorReference.Of(TensorValue.FromFp32(tensor.Values, tensor.Values.Length)),
        }).ToValueList(),
    };
}
