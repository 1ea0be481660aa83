using System.Diagnostics;
using FluentAssertions;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Plans;

public sealed class ProgramTextTests
{
    // Programs that look alike and are not: each pair once shared a text, or nearly did. The comment gives the input that tells them apart.
    [Theory]
    [InlineData("k=2 a=fp32 b=fp32 : fp64(fma 0, fp32(fp64(muladd<fp32> 1)))", "k=2 a=fp32 b=fp32 : fp64(fma 0, fp64(fma 1))")] // the wrapped product is rounded to fp32
    [InlineData("k=2 a=fp32 b=fp32 : fp32(bf16(fp32(fma 0..1)))", "k=2 a=fp32 b=fp32 : fp32(fma 0..1)")] // a bf16 chain rounds what starts it
    [InlineData("k=3 a=fp32 b=fp32 : fp32+0(muladd 0, fma 1..2)", "k=3 a=fp32 b=fp32 : fp32+0(fma 0..2)")] // products -2^-200, -0, -0: +0 against -0
    [InlineData("k=7 a=fp16 b=fp16 : fp32(dot<4,24,rz> 0..3, dot<4,24,rz> 4..6:2, dot<4,24,rz> 5)", "k=7 a=fp16 b=fp16 : fp32(dot<4,24,rz> 0..4, dot<4,24,rz> 6..5:-1)")] // blocks {4,6},{5} against {4},{6,5}
    [InlineData("k=2 a=fp32 b=fp32 : fp32(fma 0..1)", "k=2 a=fp32 b=fp32 : fp32(fma 1..0:-1)")] // the first product is rounded, the second is not
    [InlineData("k=3 a=fp32 b=fp32 : fp32(muladd 0..2)", "k=3 a=fp32 b=fp32 : fp32(muladd 0, muladd 2, muladd 1)")]
    [InlineData("k=2 a=fp32 b=fp32 : fp32(muladd 0..1)", "k=2 a=fp32 b=fp32 : fp32+0(muladd 0..1)")] // -0 + -0
    [InlineData("k=2 a=fp32 b=fp32 : fp32(muladd 0..1)", "k=2 a=fp32 b=fp32 : fp32(fma 0..1)")]
    [InlineData("k=2 a=bf16 b=bf16 : fp32(muladd 0..1)", "k=2 a=bf16 b=bf16 : fp32(fma 0..1)")] // a bf16 product can underflow in fp32
    [InlineData("k=1 a=fp32 b=fp32 : fp32>bf16(fma 0) -> round fp16", "k=1 a=fp32 b=fp32 : fp32(fma 0) -> round fp16")] // two roundings
    [InlineData("k=2 a=fp32 b=fp32 : fp64>fp32(fma 0..1) -> round bf16", "k=2 a=fp32 b=fp32 : fp64(fma 0..1) -> round bf16")] // two roundings
    public void Programs_with_different_bits_keep_different_texts(string one, string other) =>
        ReductionProgram.Parse(one).Should().NotBe(ReductionProgram.Parse(other));

    [Theory]
    [InlineData("k=3 a=fp32 b=fp32 : fp64(muladd 0..2)", "k=3 a=fp32 b=fp32 : fp64(fma 0..2)")] // a product of floats is exact in double
    [InlineData("k=3 a=fp16 b=fp16 : fp32(fma 2..0:-1)", "k=3 a=fp16 b=fp16 : fp32(fma 1..2, fma 0)")] // exact products: the first two additions commute
    [InlineData("k=3 a=fp16 b=fp8e4m3 : fp32(muladd 0..2)", "k=3 a=fp16 b=fp8e4m3 : fp32(fma 0..2)")]
    [InlineData("k=3 a=fp32 b=fp32 : fp32(fp32>bf16(fma 1..2), muladd 0)", "k=3 a=fp32 b=fp32 : fp32(fp32>bf16(fma 1..2), muladd 0)")]
    [InlineData("k=3 a=fp32 b=fp32 : fp32(fma 0, fp32>bf16(fma 1..2))", "k=3 a=fp32 b=fp32 : fp32(fp32>bf16(fma 1..2), muladd 0)")]
    [InlineData("k=4 a=fp32 b=fp32 : fp32(fp32>bf16(fma 2..3), fp32>bf16(fma 0..1))", "k=4 a=fp32 b=fp32 : fp32([2 by 2: fp32>bf16(fma 0..1)])")]
    [InlineData("k=3 a=fp32 b=fp32 : bf16>fp32(fma 0..2)", "k=3 a=fp32 b=fp32 : bf16(fma 0..2)")] // a wider store rounds nothing
    [InlineData("k=2 a=bf16 b=bf16 : fp32([2 by 1: fp32>bf16(add 0)])", "k=2 a=bf16 b=bf16 : fp32(add 0..1)")]
    [InlineData("k=2 a=bf16 b=bf16 : fp32(dot<4,24,rz> 0, dot<4,24,rz> 1)", "k=2 a=bf16 b=bf16 : fp32([2 by 1: dot<4,24,rz> 0])")] // two blocks of one term
    [InlineData("k=4 a=bf16 b=bf16 : fp32+0(dot<4,24,rz> 0..3)", "k=4 a=bf16 b=bf16 : fp32(dot<4,24,rz> 0..3)")]
    [InlineData("k=1 a=fp32 b=fp32 : fp32>bf16(fma 0) -> round bf16 -> round bf16", "k=1 a=fp32 b=fp32 : fp32(fma 0) -> round bf16")]
    [InlineData("k=2 a=fp32 b=fp32 : fp32(fp64(fma 0..1)) -> bias fp32", "k=2 a=fp32 b=fp32 : fp64(fma 0..1) -> bias fp32")]
    public void Programs_with_equal_bits_share_one_text(string written, string canonical) => ReductionProgram.Parse(written).Text.Should().Be(canonical);

    [Theory]
    [InlineData("", "expected \"k=\"")]
    [InlineData("k=99999999999 a=fp32 b=fp32 : empty", "expected a whole number of at most 16777216")]
    [InlineData("k=-1 a=fp32 b=fp32 : empty", "must be a non-negative value")]
    [InlineData("k=1 a=fp32 b=fp32 : empty", "a reduction over 1 terms needs a chain")]
    [InlineData("k=0 a=fp32 b=fp32 : fp32(fma 0)", "a reduction over 0 terms takes no chain")]
    [InlineData("k=1 a=fp64 b=fp32 : fp32(fma 0)", "expected operands of fp32, tf32, bf16, fp16, fp8e4m3, fp8e5m2 or int8; got fp64")]
    [InlineData("k=1 a=fp32 b=fp32 : fp32(fma 0) -> round int8", "expected an epilogue in fp32")]
    [InlineData("k=1 a=fp32 b=fp32 : tf32(fma 0)", "expected an accumulator of fp32, fp64, bf16, fp16 or int32; got tf32")]
    [InlineData("k=1 a=fp32 b=fp32 : fp32>int8(fma 0)", "expected a partial result stored as")]
    [InlineData("k=1 a=fp32 b=fp32 : fp32(fma 0", "expected \")\"")]
    [InlineData("k=1 a=fp32 b=fp32 : fp32(fma 0))", "expected the end of the text")]
    [InlineData("k=1 a=fp32 b=fp32 : fp32()", "expected a step: add, muladd, fma")]
    [InlineData("k=4 a=fp32 b=fp32 : fp32(fma 0..3:2)", "a segment is START, START..END or START..END:STRIDE")]
    [InlineData("k=4 a=fp32 b=fp32 : fp32(fma 3..0)", "a segment is START")]
    [InlineData("k=4 a=fp32 b=fp32 : fp32(fma 0..3:0)", "a segment is START")]
    [InlineData("k=2 a=fp32 b=fp32 : fp32([2 by -1: fma 0])", "a repeat moves a term below 0")]
    [InlineData("k=2 a=fp32 b=fp32 : fp32([2 by 16777216: fma 1])", "a repeat moves a term below 0 or beyond 16777216")]
    [InlineData("k=2 a=fp32 b=fp32 : fp32([1000000 by 16777216: fma 0])", "a repeat moves a term below 0 or beyond 16777216")]
    [InlineData("k=2 a=fp32 b=fp32 : fp32([0 by 1: fma 0])", "a group repeats 1 time or more")]
    [InlineData("k=2 a=fp32 b=fp32 : fp32([1048577 by 1: fma 0])", "gives at most 1048576 segments and chains")]
    [InlineData("k=4 a=fp32 b=fp32 : fp16(dot<4,24,rz> 0..3)", "step dot<4,24,rz> does not run in a fp16 accumulator")]
    [InlineData("k=4 a=fp32 b=fp32 : fp32(muladd<bf16> 0..3)", "step muladd<bf16> does not run in a fp32 accumulator")]
    public void A_wrong_text_is_refused_with_what_was_expected(string text, string reason) =>
        FluentActions.Invoking(() => ReductionProgram.Parse(text)).Should().Throw<PlanFormatException>().WithMessage($"plan text, character *{reason}*");

    [Fact]
    public void Hostile_text_is_refused_or_read_in_little_time()
    {
        long started = Stopwatch.GetTimestamp();
        string[] hostile =
        [
            "k=1 a=fp32 b=fp32 : " + string.Concat(Enumerable.Repeat("fp32(", 100_000)),
            "k=1 a=fp32 b=fp32 : fp32(" + string.Concat(Enumerable.Repeat("[2 by 1: ", 100_000)),
            "k=16777216 a=fp32 b=fp32 : fp32([1000000 by 1: fp32([1000000 by 1: fma 0])])", // 10^12 items
            "k=16777216 a=fp32 b=fp32 : fp32([1000 by 1: fp32([1000 by 1: fp32([1000 by 1: fma 0])])])",
            "k=2 a=fp32 b=fp32 : fp32(" + string.Join(", ", Enumerable.Repeat("fma 0..16777215", 500)) + ")",
            "k=1 a=fp32 b=fp32 : fp32(fma 0" + new string('0', 100_000),
        ];
        foreach (string text in hostile)
            FluentActions.Invoking(() => ReductionProgram.Parse(text)).Should().Throw<PlanFormatException>();
        // Half a million sub-chains in one chain: linear, not quadratic.
        ReductionProgram.Parse("k=400001 a=fp32 b=fp32 : fp32(add 400000, [200000 by 2: fp32(fma 0..1)])").Depth.Should().Be(400_001);
        Stopwatch.GetElapsedTime(started).Should().BeLessThan(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Long_descending_sums_of_chains_nest_no_deeper_than_their_text_can_be_read()
    {
        string chains = string.Join(", ", Enumerable.Range(0, 500).Reverse().Select(index => FormattableString.Invariant($"fp32(fma {2 * index}..{(2 * index) + 1})")));
        ReductionProgram program = ReductionProgram.Parse($"k=1000 a=fp32 b=fp32 : fp32({chains})");
        ReductionProgram.Parse(program.Text).Should().Be(program);
        program.Text.Length.Should().BeLessThan(120);
    }

    [Fact]
    public void Chains_nested_too_deep_are_refused_when_they_are_made()
    {
        var chain = new ReductionChain(NumericFormat.Fp32, [new ReductionSegment(ReductionStep.Fma, 0, 1, 1)]);
        FluentActions.Invoking(() =>
        {
            for (int level = 0; level < 200; level++)
                chain = new ReductionChain(NumericFormat.Fp32, [chain]);
        }).Should().Throw<ArgumentException>().WithMessage("chains are nested at most 96 deep*");
    }
}
