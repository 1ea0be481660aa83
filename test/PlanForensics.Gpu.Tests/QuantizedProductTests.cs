using CsCheck;
using FluentAssertions;
using PlanForensics.Kernels;
using PlanForensics.Kernels.Reference;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Gpu.Tests;

/// <summary>Products of ggml's block formats on the device.</summary>
public sealed class QuantizedProductTests(CpuDeviceFixture fixture) : IClassFixture<CpuDeviceFixture>
{
    private static readonly Gen<string> Plans = Gen.Select(
        Of("q8_0", "q4_0"), Of("reciprocal", "reference"), Of("4", "8", "32"), Of("scales", "weight_first"), Of("", " lanes=8", " lanes=4 lane_merge=neighbours step=muladd"), Of("first", "zero")).Select(
        static (weights, quantizer, group, factors, lanes, start) => $"quantized_gemm weights={weights} quantizer={quantizer} group={group} factors={factors} start={start}{lanes}");

    [Fact]
    public void A_product_has_the_bits_of_the_definition() => Gen.Select(Plans, Gen.Int[1, 3], Gen.Int[1, 6], Gen.Int[1, 5], Gen.Int[0, 99999]).Sample(
        (plan, rows, outputs, blocks, seed) =>
        {
            uint[] expected = Product(ReferenceKernels.Instance, plan, rows, outputs, 32 * blocks, seed);
            return Product(fixture.Kernels, plan, rows, outputs, 32 * blocks, seed).SequenceEqual(expected);
        },
        iter: 80, threads: 1);

    [Theory] // negative controls
    [InlineData("quantized_gemm group=4 lanes=4")]
    [InlineData("quantized_gemm group=4 lanes=8 step=muladd")]
    [InlineData("quantized_gemm group=4 lanes=8 quantizer=reference")]
    public void Another_order_or_quantizer_gives_other_bits(string plan) =>
        Product(fixture.Kernels, plan, 3, 40, 320, 3).Should().NotEqual(Product(ReferenceKernels.Instance, "quantized_gemm group=4 lanes=8", 3, 40, 320, 3));

    [Fact]
    public void Activations_that_the_portable_quantizer_does_not_take_are_refused_as_on_the_host()
    {
        var program = (QuantizedGemmProgram)OperatorPlan.Parse("quantized_gemm quantizer=reference").Lower(new OperatorShape(1, 1, 32));
        var weights = new BlockMatrix(BlockFormat.Q8Type0, 1, 32, new byte[34]);
        float[] a = new float[32];
        a[5] = float.NaN;
        foreach (IOperatorKernels kernels in (IOperatorKernels[])[fixture.Kernels, ReferenceKernels.Instance])
            ((Action)(() => kernels.QuantizedGemm(program, a, weights, new float[1]))).Should().Throw<ArgumentException>().WithMessage("weights are finite; got NaN*");
    }

    private static Gen<string> Of(params string[] words) => Gen.Int[0, words.Length - 1].Select(index => words[index]);

    private static uint[] Product(IOperatorKernels kernels, string text, int rows, int outputs, int depth, int seed)
    {
        var plan = (QuantizedGemmPlan)OperatorPlan.Parse(text);
        var random = new Random(seed);
        float[] a = [.. Enumerable.Range(0, rows * depth).Select(_ => (random.NextSingle() - 0.5f) * MathF.ScaleB(1, random.Next(-8, 8)))];
        if (plan.Quantizer == ActivationQuantizer.Reciprocal && random.Next(3) == 0)
            a[random.Next(a.Length)] = random.Next(2) == 0 ? float.NaN : float.NegativeInfinity;
        if (random.Next(4) == 0)
            a.AsSpan(0, 32).Clear(); // a block of zeros
        float[] w = [.. Enumerable.Range(0, outputs * depth).Select(_ => random.NextSingle() - 0.5f)];
        var weights = new BlockMatrix(plan.Weights, outputs, depth, BlockQuantizer.QuantizeWeights(plan.Weights, w));
        float[] c = new float[rows * outputs];
        kernels.QuantizedGemm((QuantizedGemmProgram)plan.Lower(new OperatorShape(rows, outputs, depth)), a, weights, c);
        return [.. c.Select(BitConverter.SingleToUInt32Bits)];
    }
}
