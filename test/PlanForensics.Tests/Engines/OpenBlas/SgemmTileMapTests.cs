using FluentAssertions;
using PlanForensics.Engines;
using PlanForensics.Engines.OpenBlas;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Engines.OpenBlas;

/// <summary>Maps worked by hand from the library's blocking: Haswell has P = Q = 320 and panels of 12, 8, 4, 2, 1 columns over 8 rows (the library's rows are our columns).</summary>
public class SgemmTileMapTests
{
    /// <summary>
    /// M = 16 is one panel of 12 and one of 4. N = 64 is 8 eights, an even number: on the panel of 12 the left six take the first and the last eight in two accumulators, the panel of
    /// 4 all eights. M = 17 leaves one row of ours, sequential. M = 32: panels 12, 12, then 4 + 4 (the first row block is called with 4 columns at a time). N = 72 is 9 eights: the last
    /// eight goes to the right six. N = 172 = 21 * 8 + 4: four rows are left over. N = 512 is two row blocks of 256; the second is called with all 8 columns, a panel of 8.
    /// </summary>
    [Theory]
    [InlineData(1, 64, 64, "gemm start=zero")]
    [InlineData(2, 2048, 128, "gemm start=zero")]
    [InlineData(4, 64, 64, "gemm lanes=2 start=zero")]
    [InlineData(4, 172, 64, "map{*x0..167: gemm lanes=2 start=zero; *x*: gemm start=zero}")]
    [InlineData(8, 512, 64, "map{*x0..255: gemm lanes=2 start=zero; *x*: gemm start=zero}")]
    [InlineData(16, 64, 64, "map{0..5x0..7,56..63: gemm lanes=2 start=zero; 12..15x*: gemm lanes=2 start=zero; *x*: gemm start=zero}")]
    [InlineData(17, 64, 64, "map{0..5x0..7,56..63: gemm lanes=2 start=zero; 12..15x*: gemm lanes=2 start=zero; *x*: gemm start=zero}")]
    [InlineData(32, 64, 64, "map{0..5,12..17x0..7,56..63: gemm lanes=2 start=zero; 24..31x*: gemm lanes=2 start=zero; *x*: gemm start=zero}")]
    [InlineData(12, 72, 64, "map{0..5x0..7: gemm lanes=2 start=zero; 6..11x64..71: gemm lanes=2 start=zero; *x*: gemm start=zero}")]
    [InlineData(12, 15, 64, "gemm start=zero")]
    [InlineData(4, 7, 64, "gemm start=zero")]
    [InlineData(4, 128, 384, "gemm k_block=192 lanes=2 start=zero")]
    [InlineData(3, 64, 640, "gemm k_block=320 start=zero")]
    [InlineData(4, 64, 7, "gemm start=zero")]
    [InlineData(4, 64, 12, "program{k=12 a=fp32 b=fp32 : fp32+0(fma 0..8:2, fma 9..11, fp32+0(fma 1..7:2)) -> round fp32}")]
    [InlineData(1, 64, 768, "program{k=768 a=fp32 b=fp32 : fp32+0(fma 0..319, [2 by 224: fp32+0(fma 320..543)]) -> round fp32}")]
    public void Haswell_with_one_thread(int rows, int columns, int depth, string expected) =>
        PlanOf("haswell", new GemmKey(rows, columns, depth)).Should().Be(expected);

    /// <summary>
    /// Two threads share rows (of the library) and pack half the columns each, in two parts: 17 columns are 9 and 8, the parts 5, 4, 4 and 4. A part of 5 is a panel of 4 and one
    /// column: row 4 is sequential. Up to 262,144 multiplications nothing is shared: 17 x 96 x 160 = 261,120. Above it 4,096 terms are halved to 2,048, no multiple of the unroll asked.
    /// </summary>
    [Theory]
    [InlineData(17, 96, 288, "map{0..3,5..16x*: gemm lanes=2 start=zero; *x*: gemm start=zero}")]
    [InlineData(16, 96, 288, "gemm lanes=2 start=zero")]
    [InlineData(17, 96, 160, "map{0..5x0..7,88..95: gemm lanes=2 start=zero; 12..15x*: gemm lanes=2 start=zero; *x*: gemm start=zero}")]
    [InlineData(2, 4096, 362, "gemm k_block=181 start=zero")]
    public void Haswell_with_two_threads(int rows, int columns, int depth, string expected) =>
        PlanOf("haswell", new GemmKey(rows, columns, depth) { Threads = 2 }).Should().Be(expected);

    /// <summary>Halves of 362 terms with one thread are rounded up to 8: 184 and 178.</summary>
    [Fact]
    public void One_thread_rounds_a_half_block_up_to_the_row_unroll() =>
        PlanOf("haswell", new GemmKey(2, 4096, 362)).Should().Be("gemm k_block=184 start=zero");

    /// <summary>Up to a million multiplications: read along K (a transposed first operand) in 16 lanes if m * n is at most 1,200, with the corner that fills no 4 x 4 folded by halves.</summary>
    [Theory]
    [InlineData("skylakex", 1, 64, 64, true, "gemm lanes=16 lane_merge=neighbours start=zero")]
    [InlineData("skylakex", 5, 6, 64, true, "map{4..4x4..5: gemm lanes=16 start=zero; *x*: gemm lanes=16 lane_merge=neighbours start=zero}")]
    [InlineData("skylakex", 4, 301, 64, true, "gemm start=zero")]
    [InlineData("skylakex", 4, 300, 64, true, "gemm lanes=16 lane_merge=neighbours start=zero")]
    [InlineData("skylakex", 1, 64, 31, true, "gemm start=zero")]
    [InlineData("skylakex", 1, 64, 64, false, "gemm start=zero")]
    [InlineData("skylakex", 1, 68, 64, false, "map{*x64..67: gemm lanes=16 lane_merge=neighbours start=zero; *x*: gemm start=zero}")]
    [InlineData("skylakex", 1, 73, 64, false, "gemm start=zero")]
    [InlineData("skylakex", 1, 1, 32, false, "gemm lanes=16 start=zero")]
    [InlineData("skylakex", 64, 128, 384, true, "gemm start=zero")]
    [InlineData("cooperlake", 64, 128, 384, true, "gemm k_block=192 start=zero")]
    [InlineData("sandybridge", 17, 172, 400, true, "gemm step=muladd k_block=208 start=zero")]
    [InlineData("prescott", 3, 64, 128, true, "map{2..2x*: gemm step=muladd lanes=2 start=zero; *x*: gemm step=muladd start=zero}")]
    [InlineData("prescott", 1, 1, 8, true, "program{k=8 a=fp32 b=fp32 : fp32+0(muladd 0..4:4, fp32(muladd 1..5:4), fp32(muladd 2..6:4, fp32(muladd 3..7:4))) -> round fp32}")]
    public void Other_cores(string core, int rows, int columns, int depth, bool weightsTransposed, string expected) =>
        PlanOf(core, new GemmKey(rows, columns, depth) { WeightsTransposed = weightsTransposed }).Should().Be(expected);

    [Fact]
    public void A_layout_that_decides_must_be_known()
    {
        PlanDecision decision = SgemmFamily.Find("SkylakeX")!.PlanFor(new GemmKey(1, 64, 64));
        decision.Plan.Should().BeNull();
        decision.Reason.Should().Contain("does not say which");
        SgemmFamily.Find("SkylakeX")!.PlanFor(new GemmKey(64, 2048, 64)).Plan!.Text.Should().Be("gemm start=zero");
    }

    [Fact]
    public void What_the_rule_does_not_cover_is_declined_with_the_reason()
    {
        SgemmFamily haswell = SgemmFamily.Find("Haswell")!;
        haswell.PlanFor(new GemmKey(4, 64, 64) { Weights = NumericFormat.Bf16 }).Reason.Should().Contain("multiplies fp32");
        haswell.PlanFor(new GemmKey(104_513, 1, 1)).Reason.Should().Contain("M up to 104512");
        SgemmFamily.Find("Nehalem").Should().BeNull();
    }

    [Fact]
    public void Every_plan_is_canonical_text_and_lowers_to_programs_that_cover_the_output()
    {
        var random = new Random(4);
        foreach (SgemmFamily family in SgemmFamily.All)
        {
            for (int sample = 0; sample < 60; sample++)
            {
                var key = new GemmKey(1 + random.Next(60), 1 + random.Next(900), 1 + random.Next(700)) { Threads = 1 + random.Next(4), WeightsTransposed = random.Next(2) == 0 };
                OperatorPlan plan = family.PlanFor(key).Plan!;
                OperatorPlan.Parse(plan.Text).Text.Should().Be(plan.Text);
                GemmProgram program = plan.Lower(new OperatorShape(key.M, key.N, key.K)).Should().BeOfType<GemmProgram>().Subject;
                program.Regions.Sum(region => region.RowCount * region.ColumnCount).Should().Be(key.M * key.N);
            }
        }
    }

    private static string PlanOf(string core, GemmKey key) => SgemmFamily.Find(core)!.PlanFor(key).Plan!.Text;
}
