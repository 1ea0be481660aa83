using FluentAssertions;
using FluentAssertions.Execution;
using PlanForensics.Numerics;
using Xunit;

namespace PlanForensics.FluentAssertions.Tests;

public sealed class BitsTests
{
    [Fact]
    public void Equal_bits_hold_for_every_kind_of_collection()
    {
        float[] values = [1f, -0f, float.NaN, float.PositiveInfinity];
        values.Should().BeBitwiseEqualTo(values).And.HaveCount(4);
        values.Should().BeBitwiseEqualTo([1f, -0f, float.NaN, float.PositiveInfinity]);
        values.Should().BeBitwiseEqualTo(values.AsSpan());
        values.AsSpan(1, 2).Should().BeBitwiseEqualTo(new ReadOnlySpan<float>(values, 1, 2));
        ((ReadOnlySpan<float>)values).Should().BeBitwiseEqualTo(values);
        new List<float>(values).Should().BeBitwiseEqualTo(values.Where(_ => true));
        ((IReadOnlyList<float>)values).Should().BeBitwiseEqualTo(new List<float>(values)).And.Contain(1f);
        new ArraySegment<float>(values).Should().BeBitwiseEqualTo(values);
        new[] { (Half)1, Half.NegativeZero }.Should().BeBitwiseEqualTo([(Half)1, Half.NegativeZero]);
        new[] { 1.0, double.NaN }.Should().BeBitwiseEqualTo([1.0, double.NaN]);
        new ushort[] { 0x3F80, 0x8000 }.AsBFloat16().Should().BeBitwiseEqualTo(new ushort[] { 0x3F80, 0x8000 }.AsBFloat16());
        new ushort[] { 0x3C00 }.AsHalf().Should().BeBitwiseEqualTo([(Half)1]);
        TensorValue.FromFp32(values, 2, 2).Should().BeBitwiseEqualTo(TensorValue.FromFp32(values, 2, 2)).And.NotBeNull();
    }

    [Fact]
    public void FluentAssertions_own_assertions_stay_what_they_are()
    {
        int[]? none = null;
        none.Should().BeNull();
        new[] { 1f }.Should().BeEquivalentTo([1f]).And.ContainSingle();
        new[] { "a" }.Should().ContainMatch("a");
        "text".Should().StartWith("te");
        1f.Should().BeApproximately(1f, 0f).And.BeBitwiseEqualTo(1f);
        ((float?)1f).Should().NotBeNull();
        new float?[] { 1f, null }.Should().HaveCount(2);
        new object[] { 1 }.Should().HaveCount(1);
        new Dictionary<string, float> { ["a"] = 1f }.Should().ContainKey("a");
        new[] { DayOfWeek.Friday }.Should().Equal(DayOfWeek.Friday);
        ((Half)1).Should().BeGreaterThan((Half)0);
        new float[][] { [1f] }.Should().HaveCount(1);
        new Memory<float>([1f, 2f]).Span.Should().HaveCount(2);
    }

    [Fact]
    public void The_text_of_other_bits()
    {
        float[] expected = [1f, 1.5f, 2f, 3f];
        float[] logits = [1f, 1.5000001f, 2f, 3.0000007f];
        Failure.Of(() => logits.Should().BeBitwiseEqualTo(expected, "batch {0} replays batch 1", 4)).Should().Be(
            """
            Expected logits to have the bits of the expected values because batch 4 replays batch 1, but 2 of 4 elements differ
              first       [1] 1.5 (0x3FC00000) expected, 1.5000001 (0x3FC00001) found, 1 ulp of fp32
              largest     [3] 3 (0x40400000) expected, 3.0000007 (0x40400003) found, 3 ulps of fp32
              all         2 of 4 elements in other bits, at most 3 ulps of fp32
              reproduce   planforensics diff EVIDENCE/tensors-HASH.expected.bin EVIDENCE/tensors-HASH.actual.bin --dtype fp32 --shape 4
            """);
    }

    [Fact]
    public void The_text_of_elements_too_far_away()
    {
        TensorValue expected = TensorValue.FromRounded(NumericFormat.Bf16, [1f, 2f, 3f, 4f, 5f, 6f], 2, 3);
        TensorValue activations = TensorValue.FromRounded(NumericFormat.Bf16, [1f, 2.0625f, 3f, 4.03125f, 5f, 6f], 2, 3);
        Failure.Of(() => activations.Should().BeWithinUlps(2, expected)).Should().Be(
            """
            Expected activations to be within 2 ulps of bf16 of the expected values, but 1 of 6 elements is further away
              first       [0,1] 2 (0x4000) expected, 2.0625 (0x4004) found, 4 ulps of bf16
              all         2 of 6 elements in other bits, at most 4 ulps of bf16
              reproduce   planforensics diff EVIDENCE/tensors-HASH.expected.bin EVIDENCE/tensors-HASH.actual.bin --dtype bf16 --shape 2,3 --max-ulps 2
            """);
    }

    [Fact]
    public void The_text_of_one_number()
    {
        Half loss = (Half)1.001f;
        Failure.Of(() => loss.Should().BeBitwiseEqualTo((Half)1)).Should().Be(
            """
            Expected loss to have the bits of the expected value, but it differs
              first       1 (0x3C00) expected, 1.0009766 (0x3C01) found, 1 ulp of fp16
              reproduce   planforensics diff EVIDENCE/tensors-HASH.expected.bin EVIDENCE/tensors-HASH.actual.bin --dtype fp16 --shape 1
            """);
    }

    [Fact]
    public void The_text_of_another_length_or_format()
    {
        float[] values = [1f, 2f];
        Failure.Of(() => values.Should().BeBitwiseEqualTo([1f])).Should().Be("Expected values to have the bits of the expected values, but shapes differ: [1] and [2]; compare tensors of one shape");
        TensorValue tensor = TensorValue.FromFp32([1f], 1);
        Failure.Of(() => tensor.Should().BeWithinUlps(0, TensorValue.FromRounded(NumericFormat.Bf16, [1f], 1)))
            .Should().Be("Expected tensor to be within 0 ulps of fp32 of the expected values, but formats differ: bf16 and fp32; compare tensors of one format");
        float[]? none = null;
        Failure.Of(() => none.Should().BeBitwiseEqualTo([1f])).Should().Be("Expected none to be compared, but found <null>.");
    }

    [Fact]
    public void The_command_of_a_failure_runs_and_sees_the_same()
    {
        float[] expected = [1f, 1.5f];
        float[] actual = [1f, 1.5000002f];
        string bits = Failure.Raw(() => actual.Should().BeBitwiseEqualTo(expected));
        Tool.Run(Failure.Command(bits)).Should().Be((1, true), "the command ends with 1 where elements differ");
        string ulps = Failure.Raw(() => actual.Should().BeWithinUlps(1, expected));
        Tool.Run(Failure.Command(ulps)).Should().Be((1, true));
        Tool.Run([.. Failure.Command(ulps)[..^1], "2"]).Should().Be((0, true), "the element is 2 ulps away");
    }

    [Fact]
    public void Failures_of_a_scope_are_collected()
    {
        float[] a = [1f];
        float[] b = [2f];
        string message = Failure.Of(() =>
        {
            using var scope = new AssertionScope();
            a.Should().BeBitwiseEqualTo([3f]);
            b.Should().BeWithinUlps(4, [4f]);
        });
        message.Should().Contain("Expected a to have the bits").And.Contain("Expected b to be within 4 ulps of fp32").And.Contain("[0] 4 (0x40800000) expected, 2 (0x40000000) found, 8388608 ulps of fp32");
    }

    [Fact]
    public void Braces_in_reasons_and_names_are_left_alone()
    {
        float[] a = [1f];
        Failure.Of(() => a.Should().BeBitwiseEqualTo([2f], "{0} says so", "program{x}")).Should().StartWith("Expected a to have the bits of the expected values because program{x} says so, but 1 of 1 element differs");
    }

    [Fact]
    public void Sixteen_bits_need_a_format()
    {
        Action raw = () => new ushort[] { 1 }.Should().BeBitwiseEqualTo([(ushort)1]);
        raw.Should().Throw<NotSupportedException>().WithMessage("16 bits may be bf16 or fp16: say which, by AsBFloat16() or AsHalf()");
        Action dates = () => new[] { DateTime.UnixEpoch }.Should().BeBitwiseEqualTo([DateTime.UnixEpoch]);
        dates.Should().Throw<NotSupportedException>().WithMessage("DateTime is no format*");
    }
}
