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
