using FluentAssertions;
using PlanForensics.Kernels;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Kernels;

public sealed class FlashAttentionTests
{
    private const string Keys32 = "flash_attention{math=ggml16; qk: gemm lanes=64 start=zero}";
    private const string Keys16 = "flash_attention{acc=fp16 math=ggml16; qk: gemm operand=fp16 lanes=64 start=zero}";
    private const string Old16 = "flash_attention{acc=fp16 sum=muladd math=ggml16; qk: gemm operand=fp16 lanes=64 start=zero}";
    private const string Tiles = "flash_attention{walk=tiles fold=16 math=ggml16; qk: gemm start=zero}";

    [Theory]
    [InlineData("ggml_flash_f32_0.bin", "f32", 1, 100, true, Keys32)]
    [InlineData("ggml_flash_f16_0.bin", "f16", 1, 100, true, Keys16)]
    [InlineData("ggml_flash_f32_1.bin", "f32", 5, 100, true, Keys32)]
    [InlineData("ggml_flash_f16_1.bin", "f16", 5, 100, true, Keys16)]
    [InlineData("ggml_flash_f32_2.bin", "f32", 64, 100, true, Tiles)]
    [InlineData("ggml_flash_f16_2.bin", "f16", 64, 100, true, Tiles)]
    [InlineData("ggml_flash_f32_3.bin", "f32", 1, 600, false, "flash_attention{chunks=1 math=ggml16; qk: gemm lanes=64 start=zero}")]
    [InlineData("ggml_flash_f16_3.bin", "f16", 1, 600, false, "flash_attention{chunks=1 acc=fp16 math=ggml16; qk: gemm operand=fp16 lanes=64 start=zero}")]
    [InlineData("ggml_flash_f32_4.bin", "f32", 1, 600, false, "flash_attention{chunks=2 math=ggml16; qk: gemm lanes=64 start=zero}")]
    [InlineData("ggml_flash_f16_4.bin", "f16", 1, 600, false, "flash_attention{chunks=2 acc=fp16 math=ggml16; qk: gemm operand=fp16 lanes=64 start=zero}")]
    [InlineData("ggml_flash_f16_old_3.bin", "f16", 1, 600, false, Old16)]
    [InlineData("ggml_flash_f16_old_4.bin", "f16", 1, 600, false, Old16)]
    [InlineData("ggml_flash_f16_old_20.bin", "f16", 64, 100, false, Old16)]
    public void A_recorded_attention_is_reproduced_in_full(string file, string format, int rows, int keys, bool masked, string plan) =>
        new RecordedFlashAttention(file, format, rows, keys, masked).Mismatches(plan).Should().Be(0);

    [Theory] // negative controls: each differs in one place from the plan that reproduces everything
    [InlineData("ggml_flash_f32_1.bin", "f32", 5, 100, true, "flash_attention{math=ggml16; qk: gemm start=zero lanes=32}", 100)]
    [InlineData("ggml_flash_f32_1.bin", "f32", 5, 100, true, "flash_attention{sum=muladd math=ggml16; qk: gemm lanes=64 start=zero}", 100)]
    [InlineData("ggml_flash_f32_1.bin", "f32", 5, 100, true, "flash_attention{walk=tiles fold=16 math=ggml16; qk: gemm start=zero}", 1000)]
    [InlineData("ggml_flash_f32_1.bin", "f32", 5, 100, true, "flash_attention{math=mlas; qk: gemm lanes=64 start=zero}", 100)]
    [InlineData("ggml_flash_f16_1.bin", "f16", 5, 100, true, "flash_attention{math=ggml16; qk: gemm operand=fp16 lanes=64 start=zero}", 1000)]
    [InlineData("ggml_flash_f16_1.bin", "f16", 5, 100, true, "flash_attention{acc=fp16 math=ggml16; qk: gemm lanes=64 start=zero}", 20)]
    [InlineData("ggml_flash_f32_2.bin", "f32", 64, 100, true, Keys32, 14_000)]
    [InlineData("ggml_flash_f32_2.bin", "f32", 64, 100, true, "flash_attention{walk=tiles fold=8 math=ggml8; qk: gemm start=zero}", 1000)]
    [InlineData("ggml_flash_f32_2.bin", "f32", 64, 100, true, "flash_attention{walk=tiles fold=16 math=glibc; qk: gemm start=zero}", 1000)]
    [InlineData("ggml_flash_f32_2.bin", "f32", 64, 100, true, "flash_attention{walk=tiles tile=32 fold=16 math=ggml16; qk: gemm start=zero}", 1000)]
    [InlineData("ggml_flash_f16_2.bin", "f16", 64, 100, true, "flash_attention{walk=tiles fold=16 math=ggml16; qk: gemm operand=fp16 start=zero}", 1000)]
    [InlineData("ggml_flash_f32_4.bin", "f32", 1, 600, false, Keys32, 200)]
    [InlineData("ggml_flash_f32_4.bin", "f32", 1, 600, false, "flash_attention{chunks=3 math=ggml16; qk: gemm lanes=64 start=zero}", 200)]
    [InlineData("ggml_flash_f16_old_20.bin", "f16", 64, 100, false, Keys16, 500)]
    public void Another_order_is_seen(string file, string format, int rows, int keys, bool masked, string plan, int fewest) =>
        new RecordedFlashAttention(file, format, rows, keys, masked).Mismatches(plan).Should().BeGreaterThan(fewest);

    [Fact]
    public void Every_kernel_gives_the_same_bits()
    {
        foreach (IOperatorKernels kernels in KernelSelection.Available)
        {
            new RecordedFlashAttention("ggml_flash_f16_1.bin", "f16", 5, 100, true).Mismatches(Keys16, kernels).Should().Be(0, kernels.Name);
            kernels.Supports(OperatorPlan.Parse(Keys16).Lower(new OperatorShape(1, 1, 64)), out _).Should().BeTrue();
            kernels.Supports(OperatorPlan.Parse("flash_attention{math=cuda_approx; qk: gemm}").Lower(new OperatorShape(1, 1, 64)), out string reason).Should().BeFalse();
            reason.Should().Contain("cuda_approx");
        }
    }

    [Fact]
    public void A_worked_row()
    {
        // scores 1 and 1 + ln 2 rounded: M = 1, p = 1, O = 3, S = 1; then r = exp(-0.69314718) = 0.5 exactly, O = fma(5, 1, 1.5) = 6.5, S = 1.5; output fl(6.5 * fl(1 / 1.5)) = fl(6.5 * 0.6666667)
        float[] output = new float[1];
        var input = new FlashAttentionInput(1, 1, 1, 2, new float[] { 1 }, new float[] { 1, 1.6931472f }, new float[] { 3, 5 }, default, 1);
        Run("flash_attention{math=glibc; qk: gemm}", input, output);
        BitConverter.SingleToUInt32Bits(output[0]).Should().Be(BitConverter.SingleToUInt32Bits(6.5f * 0.6666667f));
        Run("flash_attention{chunks=2 math=glibc; qk: gemm}", input, output); // parts (1, 1, 3) and (1.69, 1, 5): the same numbers, merged
        BitConverter.SingleToUInt32Bits(output[0]).Should().Be(BitConverter.SingleToUInt32Bits(6.5f * 0.6666667f));
        Run("flash_attention{walk=tiles math=glibc; qk: gemm}", input, output); // p = 0.5 and 1: S = 1.5, O = fma(1, 5, 1.5)
        BitConverter.SingleToUInt32Bits(output[0]).Should().Be(BitConverter.SingleToUInt32Bits(6.5f * 0.6666667f));
    }

    [Theory]
    [InlineData("flash_attention{math=glibc; qk: gemm}")]
    [InlineData("flash_attention{chunks=2 math=glibc; qk: gemm}")]
    [InlineData("flash_attention{walk=tiles math=glibc; qk: gemm}")]
    public void A_masked_key_takes_no_part_and_a_row_without_keys_is_zero(string plan)
    {
        float[] output = new float[2];
        float[] mask = [0, float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity];
        Run(plan, new FlashAttentionInput(1, 1, 2, 2, new float[] { 1, 1 }, new float[] { 1, 9 }, new float[] { 3, 5 }, mask, 1), output);
        output.Should().Equal(3, 0);
        mask[1] = 0; // negative control: the key counts when it is seen
        Run(plan, new FlashAttentionInput(1, 1, 2, 2, new float[] { 1, 1 }, new float[] { 1, 9 }, new float[] { 3, 5 }, mask, 1), output);
        output[0].Should().BeGreaterThan(4.9f);
    }

    [Fact]
    public void A_query_head_reads_the_key_head_of_its_group_and_values_may_be_wider_than_keys()
    {
        float[] output = new float[2 * 4 * 2];
        Run(
            "flash_attention{qk: gemm}",
            new FlashAttentionInput(4, 2, 2, 1, new float[8], new float[] { 1, 1 }, new float[] { 10, 11, 20, 21 }, default, 1),
            output);
        output.Should().Equal(10, 11, 10, 11, 20, 21, 20, 21, 10, 11, 10, 11, 20, 21, 20, 21); // (rows, heads, value_dim)
    }

    [Fact]
    public void Operands_that_do_not_fit_are_refused()
    {
        FluentActions.Invoking(() => new FlashAttentionInput(3, 2, 1, 1, new float[3], new float[2], new float[2], default, 1)).Should().Throw<ArgumentException>().WithMessage("*3 and 2*");
        FluentActions.Invoking(() => new FlashAttentionInput(2, 1, 1, 1, new float[4], new float[1], new float[2], default, 1)).Should().Throw<ArgumentException>().WithMessage("*one dimension*");
        FluentActions.Invoking(() => new FlashAttentionInput(1, 1, 1, 2, new float[1], new float[2], new float[2], new float[1], 1)).Should().Throw<ArgumentException>().WithMessage("*mask of 1 x 2, one for each of 1 heads*");
        var input = new FlashAttentionInput(1, 1, 1, 2, new float[1], new float[2], new float[2], default, 1);
        FluentActions.Invoking(() => Run("flash_attention{qk: gemm}", input, new float[2])).Should().Throw<ArgumentException>().WithMessage("*1 x 1 x 1 outputs; got 2*");
    }

    private static void Run(string plan, FlashAttentionInput input, float[] output) => KernelSelection.Default.FlashAttention(
        (FlashAttentionProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(input.Rows, input.KeyCount, input.HeadDimension)), input, output);
}
