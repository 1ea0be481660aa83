using FluentAssertions;
using PlanForensics.Kernels.Reference;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Plans;

public sealed class GemmLoweringTests
{
    // Each expected chain is worked by hand from the plan's definition; the comment says how. Groups that repeat are written out.
    [Theory]
    [InlineData("gemm step=muladd", 3, "fp32(muladd 0..2)")] // one accumulator, ascending
    [InlineData("gemm start=zero", 3, "fp32+0(fma 0..2)")]
    [InlineData("gemm acc=fp64", 3, "fp64(fma 0..2)")]
    [InlineData("gemm acc=fp64 step=muladd<fp32>", 3, "fp64(muladd<fp32> 0..2)")]
    [InlineData("gemm acc=bf16", 3, "bf16(fma 0..2)")]
    [InlineData("gemm split_k=3", 10, "fp32(fma 0..3, fp32(fma 4..7), fp32(fma 8..9))")] // chunk = ceil(10/3) = 4: 4+4+2
    [InlineData("gemm split_k=4", 5, "fp32(fma 0..1, fp32(fma 2..3), muladd 4)")] // chunk = 2: three slices; a slice of one term is a product, rounded, added
    [InlineData("gemm split_k=2 split_grain=8", 20, "fp32(fma 0..15, fp32(fma 16..19))")] // ceil(20/8) = 3 grains, 2 a slice: 16 + 4
    [InlineData("gemm split_k=4 merge=butterfly", 8, "fp32(fma 0..1, fp32(fma 4..5), fp32(fma 2..3, fp32(fma 6..7)))")] // (s0+s2) + (s1+s3)
    [InlineData("gemm split_k=3 merge=butterfly", 6, "fp32(fma 0..1, fp32(fma 4..5), fp32(fma 2..3))")] // as four slices with the last absent: (s0+s2) + s1
    [InlineData("gemm split_k=4 merge=neighbours", 8, "fp32(fma 0..1, fp32(fma 2..3), fp32(fma 4..5, fp32(fma 6..7)))")] // (s0+s1) + (s2+s3)
    [InlineData("gemm split_k=3 merge=atomic atomic_order=2.0.1", 6, "fp32+0(fp32(fma 0..1), fp32(fma 4..5), fp32(fma 2..3))")] // (0+s2)+s0 = (0+s0)+s2, then s1
    [InlineData("gemm split_k=2 staging=bf16", 4, "fp32([2 by 2: fp32>bf16(fma 0..1)])")]
    [InlineData("gemm split_k=2 merge_acc=bf16", 4, "bf16([2 by 2: fp32(fma 0..1)])")] // serial: the running total is kept in bf16, partials are not rounded on their own
    [InlineData("gemm split_k=2 acc=fp64", 4, "fp32([2 by 2: fp64(fma 0..1)])")] // staged in fp32: the rounding on entry to the fp32 total
    [InlineData("gemm split_k=2 acc=fp64 staging=fp64 merge_acc=fp64", 4, "fp64(fma 0..1, fp64(fma 2..3))")]
    [InlineData("gemm slice_k=2 tile=0x0x4", 10, "fp32(fma 0..1, fma 4..5, fma 8..9, fp32(fma 2..3, fma 6..7))")] // warp 0: 0,1 of each tile; the short tile 8..9 is all warp 0's
    [InlineData("gemm slice_k=2 tile=0x0x4 residue=first", 10, "fp32(fma 0..3, fma 6..7, fp32(fma 4..5, fma 8..9))")] // tiles 0..1, 2..5, 6..9; warp 0: 0,1 | 2,3 | 6,7
    [InlineData("gemm step=dot<4,24,rz> tile=0x0x8 residue=first", 13, "fp32(dot<4,24,rz> 0..4, dot<4,24,rz> 5..12)")] // the short tile 0..4 has blocks of 4 + 1
    [InlineData("gemm step=dot<4,24,rz>", 13, "fp32(dot<4,24,rz> 0..12)")]
    [InlineData("gemm step=dot<4,24,rz> start=zero", 8, "fp32(dot<4,24,rz> 0..7)")] // a matrix unit adds its first block to +0 anyway
    [InlineData("gemm step=bf16pair", 5, "fp32(bf16pair 0..4)")]
    [InlineData("gemm k_block=4", 10, "fp32(fma 0..3, fp32(fma 4..7), fp32(fma 8..9))")]
    [InlineData("gemm k_block=3 slice_k=2 tile=0x0x4", 8, "fp32(fma 0..1, fma 4, muladd 5, fp32(fma 2..3, fma 6, muladd 7))")] // warp 0 has 0,1,4,5: a block of three crosses tiles
    [InlineData("gemm lanes=2", 5, "fp32(fma 0..4:2, fp32(fma 1..3:2))")]
    [InlineData("gemm lanes=2 vector=2", 8, "fp32(fma 0..1, fma 4..5, fp32(fma 2..3, fma 6..7))")]
    [InlineData("gemm lanes=4 lane_merge=forward", 8, "fp32(fma 0..4:4, [3 by 1: fp32(fma 1..5:4)])")]
    [InlineData("gemm lanes=4 lane_merge=neighbours", 8, "fp32(fma 0..4:4, fp32(fma 1..5:4), fp32(fma 2..6:4, fp32(fma 3..7:4)))")]
    [InlineData("gemm lanes=4 warp=2", 8, "fp32(fma 0..4:4, fp32(fma 1..5:4), fp32(fma 2..6:4, fp32(fma 3..7:4)))")] // two warps of two, warp totals forward
    [InlineData("gemm lanes=6 warp=2 lane_merge=forward block_merge=butterfly", 12, "fp32(fma 0..6:6, fp32(fma 1..7:6), fp32(fma 4..10:6, fp32(fma 5..11:6)), fp32(fma 2..8:6, fp32(fma 3..9:6)))")] // (w0+w2)+w1
    [InlineData("gemm lanes=8", 3, "fp32(muladd 0..2:2, muladd 1)")] // five lanes own nothing: (l0+l2)+l1
    [InlineData("gemm k_block=4 lanes=2", 8, "fp32(fma 0..2:2, fp32(fma 1..3:2), fp32(fma 4..6:2, fp32(fma 5..7:2)))")] // lanes inside each block
    [InlineData("gemm operand=tf32", 3, "fp32(fma 0..2)")]
    [InlineData("gemm operand=fp16 step=muladd", 3, "fp32(fma 0..2)")] // products of two fp16 numbers are exact in fp32
    [InlineData("gemm all_reduce=one_shot:2:bf16", 4, "fp32>bf16(fp32>bf16(fma 0..1), fp32>bf16(fma 2..3))")]
    [InlineData("gemm all_reduce=tree:4:fp32", 8, "fp32(fma 0..1, fp32(fma 2..3), fp32(fma 4..5, fp32(fma 6..7)))")] // ((r0+r1)+(r2+r3))
    [InlineData("gemm all_reduce=one_shot:2:fp32 split_k=2", 8, "fp32(fma 0..1, fp32(fma 2..3), fp32(fma 4..5, fp32(fma 6..7)))")] // each rank's K is split in two
    public void A_plan_lowers_to_the_chain_worked_by_hand(string plan, int depth, string chain)
    {
        string format = plan.Contains("tf32", StringComparison.Ordinal) ? "tf32" : plan.Contains("operand=fp16", StringComparison.Ordinal) ? "fp16" : "fp32";
        Lower(plan, depth).Text.Should().Be(ReductionProgram.Parse($"k={depth} a={format} b={format} : {chain} -> round fp32").Text);
    }

    [Theory]
    [InlineData("gemm out=bf16", false, " -> round bf16")]
    [InlineData("gemm out=bf16", true, " -> bias fp32 -> round bf16")]
    [InlineData("gemm out=bf16 bias=separate", true, " -> round bf16 -> bias bf16")]
    [InlineData("gemm bias=separate", true, " -> round fp32 -> bias fp32")]
    public void A_bias_is_added_before_or_after_the_output_is_rounded(string plan, bool bias, string epilogue) =>
        OperatorPlan.Parse(plan).Lower(new OperatorShape(1, 1, 2, bias)).Text.Should().Be("k=2 a=fp32 b=fp32 : fp32(fma 0..1)" + epilogue);

    [Fact]
    public void A_ring_starts_each_chunk_after_its_owner_and_rounds_every_hop() =>
        // 3 ranks of one term each, 5 columns: chunks of 2, 2, 1. Chunk c adds c+1, c+2, c in bf16; of the first two the smaller rank is written first.
        OperatorPlan.Parse("all_reduce algorithm=ring ranks=3").Lower(new OperatorShape(1, 5, 3)).Text.Should().Be(
            "map{0+1 x 0+2: k=3 a=bf16 b=bf16 : bf16(add 1..2, add 0) -> round bf16; 0+1 x 2+2: k=3 a=bf16 b=bf16 : bf16(add 0..2:2, add 1) -> round bf16; "
            + "0+1 x 4+1: k=3 a=bf16 b=bf16 : bf16(add 0..2) -> round bf16}");

    [Fact]
    public void A_two_shot_starts_each_partition_at_its_owner_in_fp32() =>
        OperatorPlan.Parse("all_reduce algorithm=two_shot ranks=3").Lower(new OperatorShape(1, 3, 3)).Text.Should().Be(
            "map{0+1 x 0+1: k=3 a=bf16 b=bf16 : fp32(add 0..2) -> round bf16; 0+1 x 1+1: k=3 a=bf16 b=bf16 : fp32(add 1..2, add 0) -> round bf16; "
            + "0+1 x 2+1: k=3 a=bf16 b=bf16 : fp32(add 0..2:2, add 1) -> round bf16}");

    [Fact]
    public void A_message_of_several_rows_is_cut_as_one_run_of_packs()
    {
        // 3 rows of 4 in packs of 2 are 6 packs; floor(6 / 4) = 1 pack a rank and 3 for the last: elements 0-1, 2-3, 4-5 and 6-11, which is the rest of row 1 and row 2.
        var program = (GemmProgram)OperatorPlan.Parse("all_reduce algorithm=two_shot ranks=4 wire=fp32 pack=2").Lower(new OperatorShape(3, 4, 4));
        program.Regions.Select(region => (region.RowStart, region.RowCount, region.ColumnStart, region.ColumnCount, region.Program.Text.Split(" : ")[1].Split(" ->")[0]))
            .Should().Equal(
                (0, 1, 0, 2, "fp32(add 0..3)"), (0, 1, 2, 2, "fp32(add 1..3, add 0)"), (1, 1, 0, 2, "fp32([2 by -2: add 2..3])"), (1, 1, 2, 2, "fp32(add 0..3:3, add 1..2)"),
                (2, 1, 0, 4, "fp32(add 0..3:3, add 1..2)"));
    }

    [Fact]
    public void Two_ranks_have_one_order() => // addition is commutative
        OperatorPlan.Parse("all_reduce algorithm=two_shot").Lower(new OperatorShape(1, 4, 2)).Should().Be(OperatorPlan.Parse("all_reduce").Lower(new OperatorShape(1, 4, 2)));

    [Fact]
    public void An_output_without_columns_has_one_empty_region() =>
        ((GemmProgram)OperatorPlan.Parse("gemm all_reduce=ring:4:bf16").Lower(new OperatorShape(1, 0, 8))).Regions.Should().ContainSingle();

    [Fact]
    public void A_map_s_region_is_its_rows_times_its_columns()
    {
        var program = (GemmProgram)OperatorPlan.Parse("map{0..0,2..2x1..1,3..3: gemm split_k=2; *x*: gemm}").Lower(new OperatorShape(3, 4, 4));
        program.Regions.Where(region => region.Program.Root!.Items.Length == 2).Select(region => (region.RowStart, region.RowCount, region.ColumnStart, region.ColumnCount))
            .Should().Equal((0, 1, 1, 1), (0, 1, 3, 1), (2, 1, 1, 1), (2, 1, 3, 1));
    }

    [Fact]
    public void A_map_cuts_the_output_where_a_region_begins_or_ends()
    {
        var program = (GemmProgram)OperatorPlan.Parse("map{0..1x2..3: gemm split_k=2; *x*: gemm}").Lower(new OperatorShape(3, 5, 4));
        program.Regions.Select(region => (region.RowStart, region.RowCount, region.ColumnStart, region.ColumnCount, region.Program.Root!.Items.Length))
            .Should().Equal((0, 2, 0, 2, 1), (0, 2, 2, 2, 2), (0, 2, 4, 1, 1), (2, 1, 0, 5, 1));
        OperatorPlan.Parse("map{0..1x2..2147483647: gemm tile=8x8x8; *x*: gemm}").Lower(new OperatorShape(3, 5, 4)).Should().Be(new GemmPlan().Lower(new OperatorShape(3, 5, 4)));
    }

    [Fact]
    public void A_lowered_plan_gives_the_bits_of_the_plan_written_as_loops()
    {
        var random = new Random(11);
        for (int round = 0; round < 3_000; round++)
        {
            int depth = random.Next(1, 40);
            GemmPlan plan = PlanSamples.Lowering(random, depth);
            float[] a = ChainSamples.Values(random, depth, NumericFormat.Fp32);
            float[] b = ChainSamples.Values(random, depth, NumericFormat.Fp32);
            float expected = PlanLoops.Run(plan, a, b);
            float actual = ReductionInterpreter.Run(((GemmProgram)plan.Lower(new OperatorShape(1, 1, depth))).Uniform!, a, b);
            if (BitConverter.SingleToInt32Bits(actual) != BitConverter.SingleToInt32Bits(expected) && !(float.IsNaN(actual) && float.IsNaN(expected)))
                Assert.Fail($"{plan.Text} at K = {depth}: {actual:R}, as loops {expected:R}");
        }
    }

    [Fact]
    public void The_loops_tell_plans_apart() // negative control of the check above
    {
        var random = new Random(3);
        float[] a = [.. Enumerable.Range(0, 2048).Select(_ => random.NextSingle() - 0.5f)];
        float[] b = [.. Enumerable.Range(0, 2048).Select(_ => random.NextSingle() - 0.5f)];
        string[] plans = ["gemm", "gemm step=muladd", "gemm split_k=4", "gemm split_k=4 staging=bf16", "gemm split_k=4 merge_acc=bf16", "gemm lanes=4", "gemm lanes=4 lane_merge=forward", "gemm k_block=8"];
        plans.Select(plan => PlanLoops.Run((GemmPlan)OperatorPlan.Parse(plan), a, b)).Distinct().Should().HaveCountGreaterThan(5);
    }

    private static ReductionProgram Lower(string plan, int depth) => ((GemmProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(1, 1, depth))).Uniform!;
}
