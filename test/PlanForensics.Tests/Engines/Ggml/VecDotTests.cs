using FluentAssertions;
using PlanForensics.Engines;
using PlanForensics.Engines.Ggml;
using PlanForensics.Kernels.Reference;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Engines.Ggml;

public sealed class VecDotTests
{
    [Theory]
    [InlineData(GgmlVectors.Avx512, NumericFormat.Fp32)]
    [InlineData(GgmlVectors.Avx512, NumericFormat.Fp16)]
    [InlineData(GgmlVectors.Avx512, NumericFormat.Bf16)]
    [InlineData(GgmlVectors.Avx512F, NumericFormat.Bf16)]
    [InlineData(GgmlVectors.Avx512F, NumericFormat.Fp32)]
    [InlineData(GgmlVectors.Avx2, NumericFormat.Fp32)]
    [InlineData(GgmlVectors.Avx2, NumericFormat.Fp16)]
    [InlineData(GgmlVectors.Avx2, NumericFormat.Bf16)]
    public void A_program_gives_the_bits_of_the_loops_at_every_K(GgmlVectors vectors, NumericFormat format)
    {
        var random = new Random(7);
        int otherwise = 0;
        for (int depth = 1; depth <= 200; depth++)
        {
            (float[] w, float[] a) = (Values(random, depth, format), Values(random, depth, format));
            float expected = VecDotLoops.Run(vectors, format, w, a);
            Bits(Run(new VecDot(vectors, format).PlanFor(depth), a, w)).Should().Be(Bits(expected), $"K = {depth}");
            otherwise += Bits(Run(new GemmPlan(), a, w)) == Bits(expected) ? 0 : 1; // negative control
        }

        otherwise.Should().BeGreaterThan(100);
    }

    [Theory]
    [InlineData(GgmlVectors.Avx512, NumericFormat.Fp32, 768, "gemm lanes=64 start=zero")]
    [InlineData(GgmlVectors.Avx512, NumericFormat.Fp16, 64, "gemm operand=fp16 lanes=64 start=zero")]
    [InlineData(GgmlVectors.Avx512, NumericFormat.Bf16, 128, "gemm step=bf16pair operand=bf16 lanes=32 vector=2 warp=16 start=zero")]
    [InlineData(GgmlVectors.Avx512F, NumericFormat.Bf16, 96, "gemm operand=bf16 lanes=32 warp=16 start=zero")]
    [InlineData(GgmlVectors.Avx2, NumericFormat.Bf16, 96, "gemm operand=bf16 lanes=32 start=zero")]
    [InlineData(GgmlVectors.Avx512, NumericFormat.Fp32, 3, "program{k=3 a=fp32 b=fp32 : fp32+0(fma 0..2) -> round fp32}")]
    [InlineData(GgmlVectors.Avx2, NumericFormat.Fp16, 2, "program{k=2 a=fp16 b=fp16 : fp64+0(fma 0..1) -> round fp32}")]
    public void A_gemm_text_is_given_where_it_expresses_the_order(GgmlVectors vectors, NumericFormat format, int depth, string plan) =>
        new VecDot(vectors, format).PlanFor(depth).Text.Should().Be(plan);

    [Theory]
    [InlineData(NumericFormat.Fp32, 1, 96, 288, false)]
    [InlineData(NumericFormat.Fp32, 2, 96, 288, true)]
    [InlineData(NumericFormat.Fp32, 8, 95, 288, false)]
    [InlineData(NumericFormat.Fp32, 8, 4, 16, true)]
    [InlineData(NumericFormat.Fp32, 8, 96, 280, false)]
    [InlineData(NumericFormat.Fp16, 2, 96, 304, true)]
    [InlineData(NumericFormat.Bf16, 2, 96, 304, false)]
    [InlineData(NumericFormat.Bf16, 2, 96, 320, true)]
    public void Llamafile_is_one_accumulator_where_the_shape_allows_it_and_vec_dot_elsewhere(NumericFormat format, int m, int n, int k, bool taken)
    {
        OperatorPlan plan = new Llamafile(GgmlVectors.Avx512, format).PlanFor(new GemmKey(m, n, k) { Weights = format }).Plan!;
        if (taken)
            plan.Should().BeOfType<GemmPlan>().Which.Lanes.Lanes.Should().Be(16);
        else
            plan.Should().Be(new VecDot(GgmlVectors.Avx512, format).PlanFor(k));
    }

    [Theory]
    [InlineData(GgmlVectors.Avx2, NumericFormat.Fp32, 24, "gemm lanes=8 start=zero")]
    [InlineData(GgmlVectors.Avx2, NumericFormat.Bf16, 8, "gemm operand=bf16 lanes=8 start=zero")]
    [InlineData(GgmlVectors.Avx512F, NumericFormat.Bf16, 48, "gemm operand=bf16 lanes=16 start=zero")]
    [InlineData(GgmlVectors.Avx512, NumericFormat.Bf16, 96, "gemm step=bf16pair operand=bf16 lanes=16 vector=2 start=zero")]
    public void Llamafile_has_the_lanes_of_the_build(GgmlVectors vectors, NumericFormat format, int k, string plan) =>
        new Llamafile(vectors, format).PlanFor(new GemmKey(2, 4, k) { Weights = format }).Plan!.Text.Should().Be(plan);

    [Fact]
    public void A_key_of_another_format_is_declined()
    {
        new VecDot(GgmlVectors.Avx2, NumericFormat.Fp16).PlanFor(new GemmKey(1, 1, 64)).Reason.Should().Be("the rule covers fp16 weights and fp32 outputs");
        new Llamafile(GgmlVectors.Avx2, NumericFormat.Bf16).PlanFor(new GemmKey(1, 1, 64) { Weights = NumericFormat.Bf16, Output = NumericFormat.Bf16 }).Reason.Should().Contain("bf16 weights and fp32 outputs");
        FluentActions.Invoking(() => new VecDot(GgmlVectors.Avx2, NumericFormat.Int8)).Should().Throw<ArgumentException>().WithMessage("*fp32, fp16 or bf16; got int8*");
    }

    internal static float Run(OperatorPlan plan, float[] a, float[] w) =>
        ReductionInterpreter.Run(((GemmProgram)plan.Lower(new OperatorShape(1, 1, a.Length))).Uniform!, a, w);

    private static float[] Values(Random random, int count, NumericFormat format) =>
        [.. Enumerable.Range(0, count).Select(_ => Rounding.ToFormat((random.NextSingle() - 0.5f) * MathF.Exp(4 * random.NextSingle()), format))];

    private static uint Bits(float value) => BitConverter.SingleToUInt32Bits(value);
}
