using FluentAssertions;
using PlanForensics.Engines.Ggml;
using PlanForensics.Numerics;
using Xunit;

namespace PlanForensics.Tests.Engines.Ggml;

public sealed class FlashAttentionExtTests
{
    private const string Keys = "flash_attention{math=ggml16; qk: gemm lanes=64 start=zero}";
    private const string Tiles = "flash_attention{walk=tiles fold=16 math=ggml16; qk: gemm start=zero}";

    [Theory] // both sides of every switch: rows 63 and 64, a value dimension that fills registers or not, keys 511 and 512, one row and two
    [InlineData(1, 100, 64, 64, 1, Keys)]
    [InlineData(63, 100, 64, 64, 4, Keys)]
    [InlineData(64, 100, 64, 64, 4, Tiles)]
    [InlineData(64, 4096, 64, 64, 1, Tiles)]
    [InlineData(64, 100, 64, 40, 1, Keys)]
    [InlineData(64, 100, 64, 48, 1, Tiles)]
    [InlineData(1, 511, 64, 64, 2, Keys)]
    [InlineData(1, 512, 64, 64, 2, "flash_attention{chunks=2 math=ggml16; qk: gemm lanes=64 start=zero}")]
    [InlineData(1, 512, 64, 64, 1, "flash_attention{chunks=1 math=ggml16; qk: gemm lanes=64 start=zero}")]
    [InlineData(2, 512, 64, 64, 2, Keys)]
    public void Shape_and_threads_choose_the_way(int rows, int keys, int head, int value, int threads, string plan) =>
        Plan(new FlashAttentionExt(GgmlVectors.Avx512, FlashAttentionBuild.Fused), new FlashAttentionKey(rows, keys, head) { ValueDimension = value, Threads = threads }).Should().Be(plan);

    [Fact]
    public void Several_streams_are_not_cut() =>
        Plan(new FlashAttentionExt(GgmlVectors.Avx512, FlashAttentionBuild.Fused), new FlashAttentionKey(1, 600, 64) { Threads = 2, Streams = 2 }).Should().Be(Keys);

    [Fact]
    public void Another_compiler_leaves_the_running_sum_unfused()
    {
        Plan(new FlashAttentionExt(GgmlVectors.Avx512, FlashAttentionBuild.Unfused), new FlashAttentionKey(1, 600, 64) { Threads = 2 })
            .Should().Be("flash_attention{chunks=2 sum=muladd math=ggml16; qk: gemm lanes=64 start=zero}");
        Plan(new FlashAttentionExt(GgmlVectors.Avx512F, FlashAttentionBuild.Unfused), new FlashAttentionKey(64, 600, 64)).Should().Be(Tiles);
    }

    [Theory]
    [InlineData(1, 600, "flash_attention{acc=fp16 sum=muladd math=ggml16; qk: gemm operand=fp16 lanes=64 start=zero}")]
    [InlineData(64, 100, "flash_attention{acc=fp16 sum=muladd math=ggml16; qk: gemm operand=fp16 lanes=64 start=zero}")]
    public void The_old_build_walks_keys_always(int rows, int keys, string plan) =>
        Plan(new FlashAttentionExt(GgmlVectors.Avx512, FlashAttentionBuild.KeysOnly), new FlashAttentionKey(rows, keys, 64) { Cache = NumericFormat.Fp16, Threads = 2 }).Should().Be(plan);

    [Theory]
    [InlineData(64, 64, 40, "flash_attention{walk=tiles fold=8 math=ggml8; qk: gemm start=zero}")]
    [InlineData(64, 64, 36, "flash_attention{acc=fp16 math=ggml8; qk: program{k=36 a=fp16 b=fp16 : fp64(")]
    public void Avx2_has_registers_of_eight(int rows, int keys, int dimension, string plan) =>
        Plan(new FlashAttentionExt(GgmlVectors.Avx2, FlashAttentionBuild.Fused), new FlashAttentionKey(rows, keys, dimension) { Cache = NumericFormat.Fp16 }).Should().StartWith(plan);

    [Fact]
    public void Other_formats_are_declined_and_rules_have_names()
    {
        new FlashAttentionExt(GgmlVectors.Avx2, FlashAttentionBuild.Fused).PlanFor(new FlashAttentionKey(1, 1, 1) { Cache = NumericFormat.Bf16 }).Reason.Should().Be("the rule covers fp32 and fp16 keys and values; got bf16");
        new FlashAttentionExt(GgmlVectors.Avx2, FlashAttentionBuild.KeysOnly).Name.Should().Be("ggml.flash_attn_ext.avx2.old");
        FluentActions.Invoking(() => new FlashAttentionKey(1, 0, 1)).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static string Plan(FlashAttentionExt rule, FlashAttentionKey key) => rule.PlanFor(key).Plan!.Text;
}
