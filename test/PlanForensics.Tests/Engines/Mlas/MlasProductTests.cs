using FluentAssertions;
using PlanForensics.Engines;
using PlanForensics.Engines.Mlas;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Engines.Mlas;

public sealed class MlasProductTests
{
    // StrideN starts at 128 columns and StrideK at 128 terms. N = 64 < K: 128 / 2 = 64 holds N, so the panel is 64 x 256. N = 30: 64 and 32 hold it, so 32 x 512. N = 8: down to 16 x 1024.
    // N = 200 >= K = 50: half of 128 holds K, so 256 x 64; half of 64 does not hold 50.
    [Theory]
    [InlineData(2, 96, 288, 1, "gemm k_block=128 start=zero")]
    [InlineData(2, 64, 768, 1, "gemm k_block=256 start=zero")]
    [InlineData(9, 30, 1300, 1, "gemm k_block=512 start=zero")]
    [InlineData(9, 8, 4096, 1, "gemm k_block=1024 start=zero")]
    [InlineData(9, 200, 50, 1, "gemm start=zero")]
    [InlineData(2, 64, 768, 2, "gemm k_block=512 start=zero")] // two threads: 32 columns each
    [InlineData(2, 64, 500, 8, "gemm k_block=256 start=zero")] // 64,000 multiplications: too few for a second thread
    public void The_block_of_K_follows_a_thread_s_columns(int m, int n, int k, int threads, string plan) =>
        new GraphInputB(transposed: false).PlanFor(new GemmKey(m, n, k) { Threads = threads }).Plan!.Text.Should().Be(plan);

    // 100 columns are 7 blocks of 16: threads take 3, 2 and 2 of them: 48, 32 and 20 columns, all of which fit half of 128 but only the last two half of 64.
    [Fact]
    public void Threads_with_different_columns_run_different_blocks() =>
        new GraphInputB(transposed: false).PlanFor(new GemmKey(4, 100, 1000) { Threads = 3 }).Plan!.Text.Should().Be("map{*x0..47: gemm k_block=256 start=zero; *x*: gemm k_block=512 start=zero}");

    [Fact]
    public void One_row_adds_groups_of_four_rounded_products()
    {
        string program = new GraphInputB(transposed: false).PlanFor(new GemmKey(1, 5, 7)).Plan!.Lower(new OperatorShape(1, 5, 7)).Text;
        program.Should().Be("k=7 a=fp32 b=fp32 : fp32+0(muladd 0..3, fp32(muladd 4..5), muladd 6) -> round fp32");
    }

    [Fact]
    public void Constant_weights_make_the_order_independent_of_the_batch()
    {
        string[] plans = [.. from m in (int[])[1, 2, 16, 300] from threads in (int[])[1, 8] select new ConstantB().PlanFor(new GemmKey(m, 64, 4096) { Threads = threads }).Plan!.Text];
        plans.Distinct().Should().Equal("gemm k_block=256 start=zero");
        new GraphInputB(transposed: false).PlanFor(new GemmKey(1, 64, 4096)).Plan!.Text.Should().NotBe(new GraphInputB(transposed: false).PlanFor(new GemmKey(2, 64, 4096)).Plan!.Text, "packed beforehand is what makes it so");
    }

    [Fact]
    public void A_key_that_says_otherwise_is_declined()
    {
        new ConstantB().PlanFor(new GemmKey(1, 8, 8) { ConstantWeights = false }).Reason.Should().Contain("not constant");
        new GraphInputB(transposed: false).PlanFor(new GemmKey(1, 8, 8) { ConstantWeights = true }).Reason.Should().Contain("are constant");
        new GraphInputB(transposed: true).PlanFor(new GemmKey(1, 8, 8) { WeightsTransposed = false }).Reason.Should().Contain("(K, N)");
    }
}
