using FluentAssertions;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Plans;

public sealed class ReductionProgramTests
{
    [Theory]
    [InlineData("gemm", 320, "k=320 a=fp32 b=fp32 : fp32(fma 0..319) -> round fp32")]
    [InlineData("gemm step=muladd", 5, "k=5 a=fp32 b=fp32 : fp32(muladd 0..4) -> round fp32")]
    [InlineData("gemm lanes=2 lane_merge=forward", 8, "k=8 a=fp32 b=fp32 : fp32(fma 0..6:2, fp32(fma 1..7:2)) -> round fp32")]
    [InlineData("gemm split_k=4", 16, "k=16 a=fp32 b=fp32 : fp32(fma 0..3, [3 by 4: fp32(fma 4..7)]) -> round fp32")]
    [InlineData("gemm split_k=4 staging=bf16", 16, "k=16 a=fp32 b=fp32 : fp32([4 by 4: fp32>bf16(fma 0..3)]) -> round fp32")]
    [InlineData("gemm split_k=2 merge=atomic atomic_order=1.0", 8, "k=8 a=fp32 b=fp32 : fp32+0([2 by 4: fp32(fma 0..3)]) -> round fp32")] // of two arrivals the order is invisible
    [InlineData("gemm split_k=4 merge=atomic atomic_order=3.2.1.0", 8, "k=8 a=fp32 b=fp32 : fp32+0([2 by 2: fp32(fma 4..5)], [2 by -2: fp32(fma 2..3)]) -> round fp32")]
    [InlineData("gemm step=dot<16,25,rz> operand=bf16 out=bf16", 40, "k=40 a=bf16 b=bf16 : fp32(dot<16,25,rz> 0..39) -> round bf16")]
    [InlineData("gemm step=dot<8,24,rz> tile=16x16x32 residue=first", 40, "k=40 a=fp32 b=fp32 : fp32(dot<8,24,rz> 0..39) -> round fp32")]
    [InlineData("gemm step=dot<16,25,rz> tile=16x16x32 residue=first", 40, "k=40 a=fp32 b=fp32 : fp32(dot<16,25,rz> 0..7, dot<16,25,rz> 8..39) -> round fp32")]
    public void A_gemm_plan_lowers_to_this_program(string plan, int depth, string expected) =>
        OperatorPlan.Parse(plan).Lower(new OperatorShape(1, 1, depth)).Text.Should().Be(expected);

    [Fact]
    public void Butterfly_over_four_lanes_adds_lanes_two_apart_first()
    {
        // lanes hold 0,1,2,3 of K = 4; l0 += l2, l1 += l3, l0 += l1. Single products are steps with two roundings.
        OperatorPlan.Parse("gemm lanes=4").Lower(new OperatorShape(1, 1, 4)).Text
            .Should().Be("k=4 a=fp32 b=fp32 : fp32(muladd 0..2:2, fp32(muladd 1..3:2)) -> round fp32");
    }

    [Theory]
    [InlineData("k=4 a=fp32 b=fp32 : fp32(fma 0..1, fma 2..3)", "k=4 a=fp32 b=fp32 : fp32(fma 0..3)")]
    [InlineData("k=4 a=fp32 b=fp32 : fp32(fp32(fma 0..2), fma 3)", "k=4 a=fp32 b=fp32 : fp32(fma 0..3)")]
    [InlineData("k=4 a=fp32 b=fp32 : fp32(fp32(fma 2..3), fp32(fma 0..1))", "k=4 a=fp32 b=fp32 : fp32(fma 0..1, fp32(fma 2..3))")]
    [InlineData("k=3 a=fp32 b=fp32 : fp32(fma 0, fp32(fma 1..2))", "k=3 a=fp32 b=fp32 : fp32(fma 1..2, muladd 0)")]
    [InlineData("k=2 a=fp32 b=fp32 : fp32(muladd 1, muladd 0)", "k=2 a=fp32 b=fp32 : fp32(muladd 0..1)")]
    [InlineData("k=2 a=fp32 b=fp32 : fp32(fp32(fma 1), fp32(fma 0))", "k=2 a=fp32 b=fp32 : fp32(muladd 0..1)")]
    [InlineData("k=3 a=fp32 b=fp32 : fp32(muladd 0, fma 1..2)", "k=3 a=fp32 b=fp32 : fp32(fma 0..2)")]
    [InlineData("k=1 a=fp32 b=fp32 : fp32(muladd 0)", "k=1 a=fp32 b=fp32 : fp32(fma 0)")]
    [InlineData("k=5 a=fp32 b=fp32 : fp32(fma 0..1, fp32(fma 2..3), fp64(fma 4))", "k=5 a=fp32 b=fp32 : fp32(fma 0..1, fp32(fma 2..3), muladd 4)")]
    public void Chains_with_the_same_roundings_share_one_text(string written, string canonical) =>
        ReductionProgram.Parse(written).Text.Should().Be(canonical);

    [Theory]
    [InlineData("k=4 a=fp32 b=fp32 : fp32(fma 3..0:-1)")] // fma does not commute: order kept
    [InlineData("k=4 a=fp32 b=fp32 : fp32+0(fma 0..3)")]
    [InlineData("k=4 a=fp32 b=fp32 : fp32([2 by 2: fp32>bf16(fma 0..1)])")]
    [InlineData("k=4 a=bf16 b=bf16 : bf16(muladd 0..3) -> scale fp32 -> bias fp32 -> round bf16")]
    [InlineData("k=6 a=fp32 b=fp32 : fp64(muladd<fp32> 0..5) -> round fp32")]
    [InlineData("k=0 a=fp32 b=fp32 : empty -> round fp32")]
    public void A_canonical_text_survives_a_round_trip(string text) => ReductionProgram.Parse(text).Text.Should().Be(text);

    [Theory]
    [InlineData("k=4 a=fp32 b=fp32 : fp32(fma 0..2)", "term 3 of 4 is not taken")]
    [InlineData("k=4 a=fp32 b=fp32 : fp32(fma 0..3, fma 1)", "term 1 is taken twice")]
    [InlineData("k=4 a=fp32 b=fp32 : fp32(fma 0..4)", "term 4 lies outside 0..3")]
    [InlineData("k=4 a=fp32 b=fp32 : fp32(dp4a 0..3)", "does not run in a fp32 accumulator")]
    [InlineData("k=4 a=fp32 b=fp32 : fp32(fmx 0..3)", "character 25")]
    [InlineData("k=4 a=fp33 b=fp32 : fp32(fma 0..3)", "expected a format")]
    [InlineData("k=4 a=fp32 b=fp32 : fp32(fma 0..3) -> round", "expected scale, bias or round")]
    public void A_wrong_text_is_refused_with_the_reason(string text, string reason) =>
        FluentActions.Invoking(() => ReductionProgram.Parse(text)).Should().Throw<PlanFormatException>().WithMessage($"*{reason}*");
}
