using System.Runtime.InteropServices;
using FluentAssertions;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Tests.Numerics;
using Xunit;

namespace PlanForensics.Tests.Kernels;

public sealed class QuantizedGemmTests
{
    [Theory]
    [InlineData("q8_0", "", "quantized_gemm group=4 start=zero lanes=8")]
    [InlineData("q8_0", "_llamafile", "quantized_gemm group=4 start=zero lanes=8")]
    [InlineData("q4_0", "", "quantized_gemm weights=q4_0 group=4 start=zero lanes=8")]
    [InlineData("q4_0", "_repack", "quantized_gemm weights=q4_0 start=zero")]
    public void A_recorded_product_is_reproduced_in_full(string format, string build, string plan)
    {
        foreach ((int depth, int outputs) in new[] { (288, 96), (768, 64) })
        {
            Mismatches(plan, format, depth, outputs, 32, $"ggml_mul_mat_{format}{build}_k{depth}_n{outputs}_m32_t1.bin").Should().Be(0);
        }
    }

    [Theory] // negative controls: wrong fold, wrong groups, wrong rounding of the scales' product, no fma
    [InlineData("quantized_gemm group=4 start=zero lanes=8 lane_merge=neighbours")]
    [InlineData("quantized_gemm group=4 start=zero lanes=8 lane_merge=forward")]
    [InlineData("quantized_gemm group=8 start=zero lanes=4")]
    [InlineData("quantized_gemm start=zero")]
    [InlineData("quantized_gemm group=4 factors=weight_first start=zero lanes=8")]
    [InlineData("quantized_gemm group=4 step=muladd start=zero lanes=8")]
    public void Another_order_is_seen(string plan) =>
        Mismatches(plan, "q8_0", 288, 96, 32, "ggml_mul_mat_q8_0_k288_n96_m32_t1.bin").Should().BeGreaterThan(100);

    [Fact]
    public void Every_kernel_gives_the_bits_of_the_definition_for_every_plan()
    {
        var random = new Random(11);
        for (int round = 0; round < 60; round++)
        {
            QuantizedGemmPlan plan = PlanOf(random);
            (int rows, int outputs, int depth) = (random.Next(1, 4), random.Next(1, 20), 32 * random.Next(1, 9));
            float[] a = [.. Enumerable.Range(0, rows * depth).Select(_ => (random.NextSingle() - 0.5f) * MathF.Exp(8 * random.NextSingle()))];
            if (plan.Quantizer == ActivationQuantizer.Reciprocal && random.Next(3) == 0)
                a[random.Next(a.Length)] = random.Next(2) == 0 ? float.NaN : float.PositiveInfinity;
            float[] w = [.. Enumerable.Range(0, outputs * depth).Select(_ => random.NextSingle() - 0.5f)];
            var weights = new BlockMatrix(plan.Weights, outputs, depth, BlockQuantizer.QuantizeWeights(plan.Weights, w));
            var program = (QuantizedGemmProgram)plan.Lower(new OperatorShape(rows, outputs, depth));
            uint[][] results = [.. KernelSelection.Available.Select(kernels =>
            {
                float[] c = new float[rows * outputs];
                kernels.QuantizedGemm(program, a, weights, c);
                return MemoryMarshal.Cast<float, uint>(c).ToArray();
            })];
            results.Should().HaveCountGreaterThan(1).And.AllSatisfy(result => result.Should().Equal(results[^1], plan.Text));
        }
    }

    [Fact]
    public void A_swallowed_NaN_leaves_a_finite_row_and_an_infinity_does_not()
    {
        float[] a = [.. Enumerable.Repeat(1f, 64)];
        var weights = new BlockMatrix(BlockFormat.Q8Type0, 2, 64, BlockQuantizer.QuantizeWeights(BlockFormat.Q8Type0, [.. Enumerable.Range(0, 128).Select(index => index * 0.01f)]));
        var program = (QuantizedGemmProgram)OperatorPlan.Parse("quantized_gemm group=4 start=zero lanes=8").Lower(new OperatorShape(1, 2, 64));
        float[] c = new float[2];
        a[3] = float.NaN;
        KernelSelection.Default.QuantizedGemm(program, a, weights, c);
        c.Should().OnlyContain(value => float.IsFinite(value));
        a[3] = float.PositiveInfinity;
        KernelSelection.Default.QuantizedGemm(program, a, weights, c);
        c.Select(BitConverter.SingleToUInt32Bits).Should().Equal(0x7FC00000u, 0x7FC00000u);
    }

    [Fact]
    public void Operands_that_do_not_fit_are_refused()
    {
        var program = (QuantizedGemmProgram)OperatorPlan.Parse("quantized_gemm").Lower(new OperatorShape(1, 2, 64));
        var q4 = new BlockMatrix(BlockFormat.Q4Type0, 2, 64, new byte[72]);
        var q8 = new BlockMatrix(BlockFormat.Q8Type0, 2, 64, new byte[136]);
        foreach (IOperatorKernels kernels in KernelSelection.Available)
        {
            FluentActions.Invoking(() => kernels.QuantizedGemm(program, new float[64], q4, new float[2])).Should().Throw<ArgumentException>().WithMessage("*takes q8_0 weights of K = 64; these are q4_0 of K = 64*");
            FluentActions.Invoking(() => kernels.QuantizedGemm(program, new float[65], q8, new float[2])).Should().Throw<ArgumentException>().WithMessage("*got 65 and 2 values*");
            FluentActions.Invoking(() => kernels.QuantizedGemm(program, new float[64], q8, new float[3])).Should().Throw<ArgumentException>().WithMessage("*got 64 and 3 values*");
        }
    }

    private static QuantizedGemmPlan PlanOf(Random random) => new()
    {
        Weights = (BlockFormat)random.Next(2), Quantizer = (ActivationQuantizer)random.Next(2), Group = 1 << random.Next(6), Factors = (ScaleFactors)random.Next(2),
        Step = random.Next(2) == 0 ? ReductionStep.Fma : ReductionStep.MulAdd, StartsAtZero = random.Next(2) == 0,
        Lanes = new LaneTree { Lanes = random.Next(1, 9), Vector = random.Next(1, 3), Merge = (MergeOrder)random.Next(3) },
    };

    internal static int Mismatches(string plan, string format, int depth, int outputs, int rows, string file)
    {
        float[] a = BlockQuantizerTests.Floats("ggml", $"A_k{depth}.bin")[..(rows * depth)];
        BlockFormats.TryParse(format, out BlockFormat block).Should().BeTrue();
        var weights = new BlockMatrix(block, outputs, depth, File.ReadAllBytes(SharedData.PathOf("ggml", $"W_k{depth}_n{outputs}.{format}.bin")));
        float[] c = new float[rows * outputs];
        KernelSelection.Default.QuantizedGemm((QuantizedGemmProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(rows, outputs, depth)), a, weights, c);
        ReadOnlySpan<uint> expected = MemoryMarshal.Cast<byte, uint>(File.ReadAllBytes(SharedData.PathOf("ggml", file)));
        int wrong = 0;
        for (int index = 0; index < c.Length; index++)
            wrong += BitConverter.SingleToUInt32Bits(c[index]) == expected[index] ? 0 : 1;
        return wrong;
    }
}
