using FluentAssertions;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Probing;
using Xunit;

namespace PlanForensics.Tests.Probing;

/// <summary>Programs of real kernels' kind, run as black boxes, come back as they are.</summary>
public sealed class KernelProgramTests
{
    [Theory]
    [InlineData("k=72 a=fp16 b=fp16 : fp32(dot<8,24,rz> 0..7, dot<8,24,rz> 8..71) -> round fp32")] // residue first
    [InlineData("k=70 a=fp16 b=fp16 : fp32(dot<16,25,rz> 0..5, dot<16,25,rz> 6..69) -> round fp32")]
    [InlineData("k=96 a=bf16 b=bf16 : fp32([3 by 32: fp32>bf16(dot<16,25,rz> 0..31)]) -> round bf16")] // staged in bf16
    [InlineData("k=96 a=fp16 b=fp16 : fp32([3 by 32: fp32>fp16(dot<8,24,rz> 0..31)]) -> round fp16")]
    [InlineData("k=64 a=fp16 b=fp16 : fp16(dot<8,24,rne16> 0..63) -> round fp16")]
    [InlineData("k=96 a=fp8e5m2 b=fp8e5m2 : fp32(dot<32,13,rz13> 0..95) -> round fp32")]
    [InlineData("k=96 a=fp8e4m3 b=fp8e4m3 : fp32([3 by 32: fp32(dot<32,25,rz> 0..31)]) -> round fp32")] // added late
    [InlineData("k=48 a=tf32 b=tf32 : fp32(dot<4,24,rz> 0..47) -> round fp32")]
    [InlineData("k=64 a=bf16 b=bf16 : fp32(bf16pair 0..63) -> round fp32")]
    [InlineData("k=66 a=bf16 b=bf16 : fp32(bf16pair 0..31, fp32(bf16pair 32..65)) -> round fp32")]
    [InlineData("k=64 a=fp32 b=fp32 : fp32(fp32>bf16(fma 0..31), fp32>bf16(fma 32..63)) -> round fp32")]
    [InlineData("k=64 a=fp32 b=fp32 : bf16(fp32(fma 0..15), fp32(fma 16..31), fp32(fma 32..47), fp32(fma 48..63)) -> round bf16")] // serial, total in bf16
    [InlineData("k=64 a=fp32 b=fp32 : bf16(fma 0..63) -> round bf16")]
    [InlineData("k=40 a=fp32 b=fp32 : fp64(fma 0..39) -> round fp32")]
    [InlineData("k=40 a=fp32 b=fp32 : fp64(muladd<fp32> 0..39) -> round fp32")]
    [InlineData("k=40 a=fp32 b=fp32 : fp64(fp32(fma 0..31), muladd<fp32> 32..39) -> round fp32")] // a tail in double
    [InlineData("k=40 a=fp16 b=fp16 : fp32(fma 0..39) -> round fp16")]
    [InlineData("k=50 a=fp16 b=fp16 : fp16(fma 0..49) -> round fp16")]
    [InlineData("k=50 a=fp16 b=fp16 : fp16(muladd 0..49) -> round fp16")]
    [InlineData("k=50 a=bf16 b=bf16 : bf16(muladd 0..49) -> round bf16")]
    [InlineData("k=50 a=fp32 b=fp32 : bf16(muladd 0..49) -> round fp32")]
    [InlineData("k=50 a=bf16 b=bf16 : bf16(fma 0..49) -> round bf16")]
    [InlineData("k=64 a=fp32 b=fp32 : fp32(fp32>tf32(fma 0..31), fp32(fma 32..63)) -> round fp32")]
    [InlineData("k=300 a=bf16 b=bf16 : fp32(dot<16,25,rz> 0..299) -> round bf16")]
    [InlineData("k=17 a=fp16 b=fp16 : fp32(dot<8,24,rz> 0..16) -> round fp32")]
    [InlineData("k=1 a=fp32 b=fp32 : fp32(fma 0) -> round fp32")]
    [InlineData("k=1 a=fp32 b=fp32 : fp32+0(fma 0) -> round fp32")]
    [InlineData("k=9 a=fp32 b=fp32 : fp32(fp32+0(fma 0..4:4), fma 8, fp32+0(fma 1..5:4), fp32+0(fma 2..6:4), fp32+0(fma 3..7:4)) -> round fp32")]
    [InlineData("k=5 a=fp32 b=fp32 : fp32+0(fma 0..4:4, fp32+0(fma 1), fp32+0(fma 2), fp32+0(fma 3)) -> round fp32")]
    [InlineData("k=2 a=fp32 b=fp32 : fp32(fma 1..0:-1) -> round fp32")]
    public void A_program_comes_back(string text)
    {
        ReductionProgram program = ReductionProgram.Parse(text);
        ProbeReport report = OrderProbe.Run(ProbedPrograms.Box(program));
        report.Outcome.Should().Be(ProbeOutcome.Recovered, report.Reason);
        report.Classes[0].Tree.Should().Be(SummationTree.Of(program));
        (report.Classes[0].Program?.Text ?? report.Classes[0].Reason).Should().Be(program.Text);
    }

    [Theory]
    [InlineData(NumericFormat.Fp32)]
    [InlineData(NumericFormat.Bf16)]
    public void Pairs_over_lanes_come_back(NumericFormat output)
    {
        // 16 lanes of vdpbf16ps: lane l takes the pairs (2l, 2l + 1), (32 + 2l, 33 + 2l), ..; the lanes are added by halves
        GemmPlan plan = new() { Step = ReductionStep.Bf16Pair, Operand = NumericFormat.Bf16, Output = output, Lanes = new LaneTree { Lanes = 16, Vector = 2 } };
        ReductionProgram program = ((GemmProgram)plan.Lower(new OperatorShape(1, 1, 128))).Uniform!;
        ProbeReport report = OrderProbe.Run(ProbedPrograms.Box(program));
        report.Outcome.Should().Be(ProbeOutcome.Recovered, report.Reason);
        report.Classes[0].Program.Should().Be(program, report.Classes[0].Reason);
        report.Plan!.Text.Should().Be(plan.Text);
    }
}
