using FluentAssertions;
using PlanForensics.Engines;
using PlanForensics.Engines.Aten;
using PlanForensics.Engines.OneDnn;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Engines.OneDnn;

/// <summary>Orders of PyTorch 2.10's bf16 products, as masks showed them on the live library.</summary>
public sealed class Bf16ProductTests
{
    [Theory]
    [InlineData(1, 512, "")]
    [InlineData(1, 544, " k_block=512")]
    [InlineData(64, 1024, " k_block=512")]
    [InlineData(1, 1056, " k_block=512")]
    [InlineData(2, 1056, " k_block=1024")]
    [InlineData(512, 5000, " k_block=1024")]
    public void Blocks_follow_K_and_whether_there_is_one_row(int m, int k, string block) =>
        new Bf16Product().PlanFor(Key(m, 64, k)).Plan!.Text.Should().Be($"gemm step=bf16pair operand=bf16 out=bf16{block} start=zero");

    // K = 101: 64 lanes take one term each, 64..95 go to eight lanes, 96..100 follow.
    [Fact]
    public void A_small_product_runs_ATen_s_lanes()
    {
        var program = (GemmProgram)new AtenLanes(transposed: true).PlanFor(Key(1, 8, 101)).Plan!.Lower(new OperatorShape(1, 8, 101));
        program.Text.Should().EndWith(", fma 96..100) -> round bf16");
        program.Text.Should().Contain("fma 64..88:8").And.Contain("fma 71..95:8").And.NotContain("fma 32..96:64", "64 lanes take whole blocks of 64 only");
        new AtenLanes(transposed: true).PlanFor(Key(1, 64, 65)).Reason.Should().Contain("goes to oneDNN"); // 4,160 terms
        new AtenLanes(transposed: true).PlanFor(Key(1, 64, 64)).Plan.Should().NotBeNull();
    }

    // K = 6: lanes 0 4, 1 5, 2, 3 by four; the two terms left over go to the first lane instead: 0 4 5, 1, 2, 3.
    [Fact]
    public void Weights_of_the_other_layout_run_four_lanes() =>
        ReductionProgram.Parse(((GemmProgram)new AtenLanes(transposed: false).PlanFor(Key(2, 3, 6)).Plan!.Lower(new OperatorShape(2, 3, 6))).Text.Replace("+0(", "(", StringComparison.Ordinal)).Text
            .Should().Be(ReductionProgram.Parse("k=6 a=bf16 b=bf16 : fp32(fma 0, fma 4..5, fp32(fma 1), fp32(fma 2), fp32(fma 3)) -> round bf16").Text);

    [Fact]
    public void Other_formats_are_declined()
    {
        foreach (IGemmFamily family in new IGemmFamily[] { new Bf16Product(), new Bf16Vector(), new AtenLanes(true), new AtenLoop(true) })
            family.PlanFor(new GemmKey(1, 8, 64)).Reason.Should().Contain("bf16");
    }

    private static GemmKey Key(int m, int n, int k) => new(m, n, k) { Weights = NumericFormat.Bf16, Output = NumericFormat.Bf16 };
}
