using FluentAssertions;
using PlanForensics.Engines;
using PlanForensics.Engines.Aten;
using PlanForensics.Engines.OneDnn;
using PlanForensics.Engines.OpenBlas;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Engines.Aten;

public sealed class AtenMatrixProductTests
{
    private const string Naive = "gemm step=muladd start=zero";
    private const string NaiveBf16 = "gemm step=muladd acc=bf16 out=bf16 start=zero";
    private const string Sequential = "gemm step=muladd out=bf16 start=zero";
    private const string OneDnn = "gemm step=bf16pair operand=bf16 out=bf16";

    [Theory]
    [InlineData(8, 1, 32, 16, true, Sequential)] // 8 x 512 = 4096: not above the limit
    [InlineData(8, 1, 33, 16, true, OneDnn)] // 8 x 528
    [InlineData(8, 1, 25, 16, true, Sequential)] // 400 in one matrix
    [InlineData(8, 1, 24, 16, true, NaiveBf16)] // 384
    [InlineData(8, 1, 16, 32, false, NaiveBf16)] // p v never takes the fp32 loop
    [InlineData(16, 1, 16, 17, false, OneDnn)]
    public void A_batched_bf16_product_goes_by_all_terms_and_by_one_matrix(int matrices, int rows, int columns, int depth, bool transposed, string expected) =>
        AtenMatrixProducts.Batched(new OneDnn2Bf16(), NumericFormat.Bf16, matrices, rows, columns, depth, transposed).Text.Should().Be(expected);

    [Theory]
    [InlineData(1, 49, 8, Naive)] // 392
    [InlineData(1, 50, 8, "gemm start=zero")] // 400: the library, one row
    public void A_batched_fp32_product_goes_by_one_matrix(int rows, int columns, int depth, string expected) =>
        AtenMatrixProducts.Batched(SgemmFamily.Find("haswell")!, NumericFormat.Fp32, 64, rows, columns, depth, true).Text.Should().Be(expected);

    [Theory]
    [InlineData(2, 32, 64, Sequential)] // 4096
    [InlineData(3, 32, 64, OneDnn)]
    public void A_small_bf16_layer_does_not_reach_oneDNN(int rows, int outputs, int depth, string expected) =>
        AtenMatrixProducts.Linear(new OneDnn2Bf16(), NumericFormat.Bf16, rows, outputs, depth).Text.Should().Be(expected);

    [Fact]
    public void Emulated_bf16_runs_three_orders()
    {
        Emulated(2, 5, true).Should().Be("program{k=5 a=bf16 b=bf16 : fp32([2 by 2: fma 1..0:-1], fma 4) -> round bf16}");
        Emulated(1, 10, false).Should().Be("program{k=10 a=bf16 b=bf16 : fp32([4 by 2: fma 1..0:-1], fp32(fma 9..8:-1)) -> round bf16}");
        // (l0 + l1) + l2: a first sub-chain is its parent's beginning; two equal sub-chains fold.
        Emulated(1, 6, true).Should().Be("program{k=6 a=bf16 b=bf16 : fp32(fma 1..0:-1, [2 by 2: fp32(fma 3..2:-1)]) -> round bf16}");
        new OneDnn2EmulatedBf16().PlanFor(Key(1, 8, 64) with { WeightsTransposed = null }).Reason.Should().Contain("layout");
    }

    /// <summary>386 terms are two halves of 193, an odd term alone at the end of each; 1,536 are blocks of 768, and so is what is above: 1,600 leaves 64.</summary>
    [Fact]
    public void Emulated_bf16_cuts_long_K_in_halves_and_blocks()
    {
        Emulated(2, 384, true).Should().Be("program{k=384 a=bf16 b=bf16 : fp32([192 by 2: fma 1..0:-1]) -> round bf16}");
        Emulated(2, 386, true).Should().Be("program{k=386 a=bf16 b=bf16 : fp32([96 by 2: fma 1..0:-1], fma 192, fp32([96 by 2: fma 194..193:-1], fma 385)) -> round bf16}");
        Emulated(2, 1600, true).Should().Be("program{k=1600 a=bf16 b=bf16 : fp32([384 by 2: fma 1..0:-1], fp32([384 by 2: fma 769..768:-1]), fp32([32 by 2: fma 1537..1536:-1])) -> round bf16}");
    }

    [Theory]
    [InlineData(512, "gemm step=bf16pair operand=bf16 out=bf16")]
    [InlineData(513, "gemm step=bf16pair operand=bf16 out=bf16 k_block=512")]
    [InlineData(1024, "gemm step=bf16pair operand=bf16 out=bf16 k_block=512")]
    [InlineData(1025, "gemm step=bf16pair operand=bf16 out=bf16 k_block=1024")]
    public void Native_bf16_cuts_long_K_in_blocks(int depth, string expected) => new OneDnn2Bf16().PlanFor(Key(3, 64, depth)).Plan!.Text.Should().Be(expected);

    [Fact]
    public void A_shape_that_a_rule_declines_is_refused_with_the_reason() =>
        FluentActions.Invoking(() => AtenMatrixProducts.Linear(new OneDnn2Bf16(), NumericFormat.Bf16, 8, 64, 8193)).Should().Throw<PlanNotSupportedException>().WithMessage("*K = 8193*");

    private static string Emulated(int rows, int depth, bool transposed) => new OneDnn2EmulatedBf16().PlanFor(Key(rows, 8, depth) with { WeightsTransposed = transposed }).Plan!.Text;

    private static GemmKey Key(int m, int n, int k) => new(m, n, k) { Weights = NumericFormat.Bf16, Output = NumericFormat.Bf16, WeightsTransposed = true };
}
