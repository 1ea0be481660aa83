using System.Text.Json;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Diffing;
using Xunit;

namespace PlanForensics.Tests.Diffing;

public class RecordedIncidentTests
{
    [Theory]
    [InlineData("stories260k_f32_flip_a")]
    [InlineData("stories260k_f32_flip_b")]
    [InlineData("stories260k_f32_machine_a")]
    [InlineData("tinystories_bf16_flip_a")]
    public void The_diff_of_two_batch_sizes_is_what_the_recorder_found(string name)
    {
        RecordedIncident incident = new(name);
        ExecutionContract alone = incident.ContractOf(1);
        foreach (int batch in new[] { 2, 4, 8 })
        {
            JsonElement expected = incident.DivergenceFromBatch1(batch);
            TraceDiff diff = TraceDiff.Between(alone, incident.ContractOf(batch));
            diff.Request.Finding.IsEqual.Should().BeTrue();
            diff.FirstDivergence?.StepIndexA.Should().Be(Step(expected, "first_logits_difference_step"), $"batch {batch}");
            diff.FirstFlip?.StepIndexA.Should().Be(Step(expected, "first_token_difference_step"), $"batch {batch}");
            (diff.FirstDivergence is null, diff.FirstFlip is null).Should().Be(
                (Step(expected, "first_logits_difference_step") is null, Step(expected, "first_token_difference_step") is null));
            if (diff.FirstFlip is { } flip)
                AssertFlip(flip, diff.Steps[^1], expected, batch);
        }
    }

    [Fact]
    public void The_bf16_flip_stands_on_one_ulp()
    {
        RecordedIncident incident = new("tinystories_bf16_flip_a");
        TokenFlip flip = TraceDiff.Between(incident.ContractOf(1), incident.ContractOf(2)).FirstFlip!;
        // 9.75 = 411C and 9.6875 = 411B: the two tokens exchange neighbouring values.
        flip.ToString().Should().Be("step 27: token 1023 on side A, 265 on side B");
        flip.SideA.Margin!.ToString().Should().Be("token 1023 over 265 by 0.0625 (1 ulp of bf16)");
        flip.SideB.Margin!.ToString().Should().Be("token 265 over 1023 by 0.0625 (1 ulp of bf16)");
    }

    [Fact]
    public void A_flip_into_a_tie_is_decided_by_the_tie_rule()
    {
        RecordedIncident incident = new("stories260k_f32_flip_b");
        int batch = new[] { 2, 4, 8 }.First(size => incident.DivergenceFromBatch1(size).GetProperty("first_token_difference_step").ValueKind == JsonValueKind.Number);
        TokenFlip flip = TraceDiff.Between(incident.ContractOf(1), incident.ContractOf(batch)).FirstFlip!;
        (flip.SideB.Margin!.IsTie, flip.SideB.GapUlps, flip.SideB.Margin.Margin).Should().Be((true, 0L, 0.0));
        flip.TokenB.Should().BeLessThan(flip.TokenA!.Value, "of equal logits the lowest id is taken");
    }

    private static void AssertFlip(TokenFlip flip, StepDiff step, JsonElement expected, int batch)
    {
        JsonElement bits = expected.GetProperty("logit_bits_of_both_tokens");
        (flip.TokenA, flip.TokenB).Should().Be((bits.GetProperty("ids")[0].GetInt32(), bits.GetProperty("ids")[1].GetInt32()));
        foreach ((TokenFlipSide side, string run) in new[] { (flip.SideA, "batch1"), (flip.SideB, $"batch{batch}") })
        {
            side.LogitOfTokenA!.Bits.Should().Be(bits.GetProperty(run)[0].GetUInt32());
            side.LogitOfTokenB!.Bits.Should().Be(bits.GetProperty(run)[1].GetUInt32());
        }

        (flip.SideA.Margin!.Top1.Token, flip.SideB.Margin!.Top1.Token).Should().Be((flip.TokenA!.Value, flip.TokenB!.Value), "decoding was greedy");
        flip.SideA.Gap.Should().BeGreaterThanOrEqualTo(0);
        flip.SideB.Gap.Should().BeLessThanOrEqualTo(0);
        (flip.SideA.Margin.IsTie || flip.SideB.Margin.IsTie || flip.SideA.Gap * flip.SideB.Gap < 0).Should().BeTrue();
        step.LogitsDiff!.BitsDifferentCount.Should().Be(expected.GetProperty("logits_differing_at_that_step").GetInt64());
    }

    private static int? Step(JsonElement divergence, string name) =>
        divergence.GetProperty(name) is { ValueKind: JsonValueKind.Number } step ? step.GetInt32() : null;
}
