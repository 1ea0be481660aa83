using FluentAssertions;
using PlanForensics.Engines;
using PlanForensics.Engines.OneMkl;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Engines.OneMkl;

/// <summary>Orders that were probed on the live library (masks in one row), written out by hand.</summary>
public sealed class NarrowProductTests
{
    // One row, K = 8. The last of four weight rows starts at the same address modulo 16 as the first: aligned, four terms are peeled, at 4 three, at 8 two, at 12 one; then one step of four lanes.
    [Theory]
    [InlineData(0, "fp32+0(muladd 0..4, muladd 6, fp32(muladd 5..7:2))")]
    [InlineData(4, "fp32+0(muladd 0..3, muladd 5, fp32(muladd 4..6:2), muladd 7)")]
    [InlineData(8, "fp32+0(muladd 0..2, muladd 4, fp32(muladd 3..5:2), muladd 6..7)")]
    [InlineData(12, "fp32+0(muladd 0..1, muladd 3, fp32(muladd 2..4:2), muladd 5..7)")]
    public void One_row_peels_as_the_weights_address_says(int address, string order) =>
        Program(new LinearLayer(), new GemmKey(1, 4, 8) { WeightAddressModulo16 = address }).Should().Be($"k=8 a=fp32 b=fp32 : {order} -> round fp32");

    // K = 21: weight rows are 84 bytes apart, so the last of four lies 252 bytes on: 12 modulo 16, one term to the next aligned address.
    [Fact]
    public void The_last_of_four_weight_rows_counts() =>
        Program(new LinearLayer(), new GemmKey(1, 4, 21) { WeightAddressModulo16 = 0 }).Should()
            .Be("k=21 a=fp32 b=fp32 : fp32+0(muladd 0..17:4, fp32(muladd 3..19:4), fp32(muladd 2..18:4, fp32(muladd 4..20:4))) -> round fp32".Replace("muladd 0..17:4", "muladd 0..1, muladd 5..17:4", StringComparison.Ordinal));

    [Fact]
    public void Without_the_address_there_is_no_plan() => new LinearLayer().PlanFor(new GemmKey(1, 4, 21)).Reason.Should().Contain("address modulo 16");

    [Theory]
    [InlineData(4, 12, 192, "gemm start=zero")]
    [InlineData(4, 12, 193, "gemm k_block=96 start=zero")] // 96, 96 and one term alone
    [InlineData(4, 12, 383, "gemm k_block=191 start=zero")]
    [InlineData(4, 12, 384, "gemm k_block=192 start=zero")]
    [InlineData(3, 12, 384, "gemm step=muladd lanes=4 start=zero")]
    [InlineData(400, 8, 384, "gemm step=muladd lanes=4 start=zero")]
    public void Four_rows_and_twelve_columns_are_the_seam(int m, int n, int k, string plan) => new LinearLayer().PlanFor(new GemmKey(m, n, k)).Plan!.Text.Should().Be(plan);

    // Rows of 7 columns start 28 bytes apart: the second at 12 modulo 16 (one column before an aligned address), the third at 8 (two), the first at 0.
    [Fact]
    public void Columns_before_an_aligned_address_of_the_output_run_another_order() =>
        new MatrixProduct().PlanFor(new GemmKey(3, 7, 8)).Plan!.Text.Should().Be(
            "map{1..1x0..0: program{k=8 a=fp32 b=fp32 : fp32+0(muladd 0..3, fp32(muladd 4..7)) -> round fp32}; 2..2x0..1: program{k=8 a=fp32 b=fp32 : fp32+0(muladd 0..3, fp32(muladd 4..7)) -> round fp32}; *x*: gemm step=muladd start=zero}");

    [Fact]
    public void Five_columns_have_too_few_behind_them() => new MatrixProduct().PlanFor(new GemmKey(3, 5, 8)).Plan!.Text.Should().Be("gemm step=muladd start=zero");

    private static string Program(LinearLayer family, GemmKey key) => family.PlanFor(key).Plan!.Lower(new OperatorShape(key.M, key.N, key.K)).Text;
}
