using CsCheck;
using FluentAssertions;
using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Diffing;

public class LogitMarginTests
{
    [Fact]
    public void A_margin_in_logits_and_in_ulps_of_fp32()
    {
        // 4 = 40800000 and 3.9999995 = 407FFFFE: two steps, each 2^-22.
        LogitMargin margin = LogitMargin.Of(Logits(1f, 3.9999995f, 4f, -7f));
        (margin.Top1.Token, margin.Top2.Token).Should().Be((2, 1));
        margin.Margin.Should().Be(Math.ScaleB(1, -21));
        margin.Ulps.Should().Be(2);
        margin.IsTie.Should().BeFalse();
        margin.ToString().Should().Be("token 2 over 1 by 4.76837158203125E-07 (2 ulps of fp32)");
    }

    [Fact]
    public void Ulps_are_those_of_the_logits_format()
    {
        // bf16 4.0 = 4080 and 3.984375 = 407F: neighbours.
        TensorValue logits = TensorValue.FromRounded(NumericFormat.Bf16, [4f, 3.984375f], 2);
        LogitMargin margin = LogitMargin.Of(logits);
        margin.Ulps.Should().Be(1);
        (margin.Top1.Bits, margin.Top2.Bits).Should().Be((0x4080u, 0x407Fu));
        LogitMargin.Of(Logits(4f, 3.984375f)).Ulps.Should().Be(0x10000, "the same two values in fp32: 40800000 - 407F0000");
    }

    [Theory]
    [InlineData(TieRule.First, 1, 3)]
    [InlineData(TieRule.Last, 4, 3)]
    public void The_tie_rule_orders_equal_logits(TieRule tie, int top1, int top2)
    {
        LogitMargin margin = LogitMargin.Of(Logits(0f, 2f, 1f, 2f, 2f), tie);
        (margin.Top1.Token, margin.Top2.Token).Should().Be((top1, top2));
        margin.IsTie.Should().BeTrue();
        margin.Margin.Should().Be(0);
    }

    [Fact]
    public void Both_zeros_tie()
    {
        LogitMargin margin = LogitMargin.Of(Logits(-0f, 0f), TieRule.First);
        (margin.Top1.Token, margin.IsTie, margin.Top1.Bits).Should().Be((0, true, 0x8000_0000u));
    }

    [Fact]
    public void A_NaN_is_chosen_as_the_argmax_plan_says_and_has_no_margin()
    {
        LogitMargin margin = LogitMargin.Of(Logits(5f, float.NaN, float.PositiveInfinity));
        (margin.Top1.Token, margin.Top2.Token).Should().Be((1, 2));
        margin.Margin.Should().Be(double.NaN);
        margin.Ulps.Should().Be(UlpDistance.Incomparable);
    }

    [Fact]
    public void Recorded_top_two_give_the_margin_of_full_logits() =>
        Gen.Select(Gen.Float[-3, 3].Array[2, 40], Gen.Bool).Sample((values, coarse) =>
        {
            TensorValue logits = Logits(coarse ? [.. values.Select(static value => MathF.Round(value))] : values);
            StepObservation full = StepObservation.FromLogits(logits, 0);
            StepObservation topOnly = StepObservation.FromLogits(logits, 0, keepLogits: false);
            LogitMargin.Of(topOnly).Should().Be(LogitMargin.Of(full)).And.Be(LogitMargin.Of(logits));
        });

    [Fact]
    public void Full_logits_order_as_sorting_does() =>
        Gen.Select(Gen.Int[-3, 3].Array[2, 30], Gen.Bool).Sample(static (values, takesLast) =>
        {
            int[] order = [.. Enumerable.Range(0, values.Length).OrderByDescending(i => values[i]).ThenBy(i => takesLast ? -i : i)];
            LogitMargin margin = LogitMargin.Of(Logits([.. values.Select(static value => (float)value)]), takesLast ? TieRule.Last : TieRule.First);
            (margin.Top1.Token, margin.Top2.Token).Should().Be((order[0], order[1]));
        });

    [Fact]
    public void What_was_not_recorded_has_no_margin()
    {
        LogitMargin.Of(new StepObservation { ChosenToken = 3 }).Should().BeNull();
        LogitMargin.Of(new StepObservation { Top1 = RecordedLogit.FromFp32(3, 1f) }).Should().BeNull();
        LogitMargin.Of(new StepObservation { Top1 = RecordedLogit.FromFp32(3, 1f), TopK = [RecordedLogit.FromFp32(3, 1f), RecordedLogit.FromFp32(5, 0.5f)] })!
            .Top2.Token.Should().Be(5);
        FluentActions.Invoking(() => LogitMargin.Of(Logits(1f))).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => LogitMargin.Of(RecordedLogit.FromFp32(3, 1f), RecordedLogit.FromFp32(3, 2f))).Should().Throw<ArgumentException>().WithMessage("*token 3*");
        FluentActions.Invoking(() => LogitMargin.Of(RecordedLogit.FromFp32(3, 1f), RecordedLogit.FromBits(4, NumericFormat.Bf16, 0x3F80))).Should().Throw<ArgumentException>();
    }

    private static TensorValue Logits(params float[] values) => TensorValue.FromFp32(values, values.Length);
}
