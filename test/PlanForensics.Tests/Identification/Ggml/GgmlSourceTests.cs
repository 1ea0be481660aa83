using FluentAssertions;
using PlanForensics.Identification;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Identification.Ggml;

/// <summary>Records made here by a known plan, then named.</summary>
public sealed class GgmlSourceTests
{
    [Theory]
    [InlineData("quantized_gemm group=4 start=zero lanes=8", BlockFormat.Q8Type0, 3, 10, 160)]
    [InlineData("quantized_gemm weights=q4_0 group=4 start=zero lanes=8", BlockFormat.Q4Type0, 2, 12, 544)]
    [InlineData("quantized_gemm weights=q4_0 start=zero", BlockFormat.Q4Type0, 5, 16, 96)]
    public void A_quantised_product_is_named(string plan, BlockFormat format, int m, int n, int k)
    {
        IdentificationResult result = OperatorIdentification.Default.Identify(Product(plan, format, m, n, k, 1));
        result.Verdict.Should().Be(IdentificationVerdict.Identified);
        result.Plan.Should().Be(plan);
        result.RunnerUp?.Reproduced.Should().BeLessThan(m * n);
    }

    [Fact]
    public void An_order_of_no_engine_is_unexplained_and_zeros_are_ambiguous()
    {
        OperatorIdentification.Default.Identify(Product("quantized_gemm group=8 start=zero lanes=4", BlockFormat.Q8Type0, 4, 16, 256, 1)).Verdict.Should().Be(IdentificationVerdict.Unexplained);
        OperatorIdentification.Default.Identify(Product("quantized_gemm group=4 start=zero lanes=8", BlockFormat.Q8Type0, 4, 16, 256, 0)).Verdict.Should().Be(IdentificationVerdict.Ambiguous);
    }

    [Theory]
    [InlineData("flash_attention{math=ggml16; qk: gemm lanes=64 start=zero}", NumericFormat.Fp32, 40, 90, null)]
    [InlineData("flash_attention{acc=fp16 sum=muladd math=ggml16; qk: gemm operand=fp16 lanes=64 start=zero}", NumericFormat.Fp16, 40, 90, null)]
    [InlineData("flash_attention{walk=tiles fold=8 math=ggml8; qk: gemm start=zero}", NumericFormat.Fp16, 64, 90, 7)]
    public void An_attention_is_named(string plan, NumericFormat cache, int rows, int keys, int? threads)
    {
        IdentificationResult result = OperatorIdentification.Default.Identify(Attention(plan, cache, rows, keys, threads));
        result.Verdict.Should().Be(IdentificationVerdict.Identified);
        result.Plan.Should().Be(plan);
    }

    [Fact]
    public void Unrecorded_threads_are_found_and_recorded_ones_are_believed()
    {
        const string Plan = "flash_attention{chunks=6 math=ggml16; qk: gemm lanes=64 start=zero}";
        IdentificationResult found = OperatorIdentification.Default.Identify(Attention(Plan, NumericFormat.Fp32, 1, 600, null));
        found.Reproduced.Should().Be(found.Elements);
        found.Plans.Should().OnlyContain(plan => plan.Plan.Contains("chunks=6", StringComparison.Ordinal));
        OperatorIdentification.Default.Identify(Attention(Plan, NumericFormat.Fp32, 1, 600, 2)).Verdict.Should().Be(IdentificationVerdict.Unexplained);
    }

    [Fact]
    public void What_the_plans_do_not_hold_has_no_rule()
    {
        RecordedOperator recorded = Attention("flash_attention{qk: gemm}", NumericFormat.Fp32, 2, 3, null);
        string[] tensors = ["q", "k"];
        var odd = new RecordedOperator("x", "flash_attn_ext", tensors.Select(name => KeyValuePair.Create(name, recorded.Get(name))), recorded.Output);
        OperatorIdentification.Default.Identify(odd).Reason.Should().Contain("no rule is known");
    }

    private static RecordedOperator Product(string plan, BlockFormat format, int m, int n, int k, float size)
    {
        float[] a = Normal(new Random(k), m * k, size);
        byte[] blocks = BlockQuantizer.QuantizeWeights(format, Normal(new Random(n), n * k, 1));
        float[] c = new float[m * n];
        KernelSelection.Default.QuantizedGemm((QuantizedGemmProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(m, n, k)), a, new BlockMatrix(format, n, k, blocks), c);
        return new RecordedOperator(
            "made.bin", "matmul", [new("a", TensorValue.FromFp32(a, m, k)), new("w", TensorValue.FromBytes(NumericFormat.Int8, blocks, n, blocks.Length / n))], TensorValue.FromFp32(c, m, n),
            OperatorAttributes.None.With("w_type", BlockFormats.NameOf(format)));
    }

    private static RecordedOperator Attention(string plan, NumericFormat cache, int rows, int keys, int? threads)
    {
        const int Dimension = 64;
        var random = new Random(rows + keys);
        float[] q = Normal(random, 2 * rows * Dimension, 1);
        float[] k = Normal(random, keys * Dimension, 1);
        float[] v = Normal(random, keys * Dimension, 1);
        float[] mask = [.. Normal(random, rows * keys, 1).Select(value => value > 1 ? float.NegativeInfinity : (float)(Half)value)];
        Rounding.RoundInPlace(k, cache);
        Rounding.RoundInPlace(v, cache);
        float[] output = new float[2 * rows * Dimension];
        KernelSelection.Default.FlashAttention(
            (FlashAttentionProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(rows, keys, Dimension)), new FlashAttentionInput(2, 1, rows, keys, q, k, v, mask, 0.125f), output);
        OperatorAttributes attributes = OperatorAttributes.None.With("scale", 0.125);
        return new RecordedOperator(
            "made.bin",
            "flash_attn_ext",
            [
                new("q", TensorValue.FromFp32(q, 2, rows, Dimension)), new("k", TensorValue.FromFp32(k, 1, 1, keys, Dimension)), new("v", TensorValue.FromFp32(v, 1, keys, Dimension)),
                new("mask", TensorValue.FromFp32(mask, rows, keys)),
            ],
            TensorValue.FromFp32(output, rows, 2, Dimension),
            threads is { } given ? attributes.With("threads", given) : attributes);
    }

    private static float[] Normal(Random random, int count, float size) =>
        [.. Enumerable.Range(0, count).Select(_ => size * (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
}
