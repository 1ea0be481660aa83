using FluentAssertions;
using PlanForensics.Kernels.Reference;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Rules.CublasLt;
using Xunit;

namespace PlanForensics.Tests.Rules.CublasLt;

public sealed class CublasLtLoweringTests
{
    private const string D = "dot<16,25,rz>";
    private const string F8 = "dot<32,13,rz13>";

    // Each chain is worked by hand; the comment says how. d stands for the 16-term block of Hopper and Blackwell.
    [Theory]
    [InlineData("sm90_lt13_1", "bf16", 40, "66 1 0 0 35", $"fp32({D} 0..39)")] // one accumulator
    [InlineData("sm90_lt13_1", "fp8", 70, "66 1 0 0 35", $"fp32({F8} 0..69)")]
    [InlineData("sm100_lt12_8", "fp8", 70, "66 1 0 0 36", "fp32(dot<32,25,rz> 0..31, fp32(dot<32,25,rz> 32..63), fp32(dot<32,25,rz> 64..69))")] // each block of 32 is summed from 0, then added
    [InlineData("sm90_lt13_1", "fp16", 45, "21 1 0 0 7", $"fp32({D} 0..12, {D} 13..44)")] // 45 mod 32 = 13 first; rounds at 13, 29, 45
    [InlineData("sm90_lt13_1", "fp16", 45, "21 1 0 0 0", "fp32(dot<8,25,rz> 0..12, dot<8,25,rz> 13..44)")] // s1688: rounds at 8, 13, 21, 29, 37, 45
    [InlineData("sm90_lt13_1", "fp16", 48, "21 1 0 0 7", $"fp32({D} 0..47)")] // a residue of one whole block joins the rest
    [InlineData("sm90_lt13_1", "bf16", 150, "66 2 0 0 35", $"fp32({D} 0..127, fp32({D} 128..149))")] // 3 grains of 64, 2 a slice
    [InlineData("sm90_lt13_1", "fp8", 300, "66 1 0 0 36", $"fp32({F8} 0..127, fp32({F8} 128..255), fp32({F8} 256..299))")] // each 128 in an accumulator of its own
    [InlineData("sm90_lt13_1", "fp8", 520, "66 2 0 0 36", $"fp32({F8} 0..127, fp32({F8} 128..255), fp32({F8} 256..383), fp32({F8} 384..511, fp32({F8} 512..519)))")] // 5 blocks: 3 + 2
    [InlineData("sm90_lt13_1", "bf16", 100, "23 3 2 0 7", $"fp32({D} 0..7, {D} 8..39, fp32({D} 40..47, {D} 48..79), fp32({D} 80..99))")] // 13 grains of 8, 5 a slice: 40 = 8 + 32, 40, 20
    [InlineData("sm90_lt13_1", "bf16", 100, "23 3 4 0 7", $"fp32(fp32>bf16({D} 0..7, {D} 8..39), fp32>bf16({D} 40..47, {D} 48..79), fp32>bf16({D} 80..99))")] // bf16 workspace
    [InlineData("sm90_lt13_1", "bf16", 100, "23 3 1 0 7", $"bf16(fp32({D} 0..7, {D} 8..39), fp32({D} 40..47, {D} 48..79), fp32({D} 80..99))")] // serial: the total in bf16
    [InlineData("sm90_lt13_1", "fp16", 128, "23 2 2 0 19", $"fp32({D} 0..63, fp32({D} 64..127))")] // grain 64; 64 mod 128 = 64 is all residue
    [InlineData("sm90_lt13_1", "fp16", 600, "11 1 0 0 0", "fp32(fp32+0(fma 0..255), fp32+0(fma 256..299), fp32(fp32+0(fma 300..555), fp32+0(fma 556..599)))")] // two threads of 300, sub-blocks of 256
    [InlineData("sm90_lt13_1", "fp16", 45, "16 1 0 0 0", "fp32+0(fma 0..44)")]
    [InlineData("sm90_lt13_1", "fp16", 1100, "13 1 0 0 0", "fp32(fp32+0(fma 0..511), fp32+0(fma 512..1023), fp32+0(fma 1024..1099))")] // one lane, chunks of 512
    [InlineData("sm90_lt13_1", "bf16", 8, "13 1 0 41 0", "fp32(fp32(fp32+0(fma 0..4:4), fp32+0(fma 2..6:4)), fp32(fp32+0(fma 1..5:4), fp32+0(fma 3..7:4)))")] // (l0+l2)+(l1+l3)
    [InlineData("sm90_lt13_1", "fp16", 10, "13 1 0 40 0", "fp32(fp32(fp32+0(fma 0..2), fp32+0(fma 6..8)), fp32(fp32+0(fma 3..5), fp32+0(fma 9)))")] // V = min(64, ceil(10/4)) = 3
    [InlineData("sm90_lt13_1", "fp16", 6, "13 2 0 49 0", "fp32(fp32(fp32+0(fma 0..2:2), fp32+0(fma 1)), fp32(fp32+0(fma 3..5:2), fp32+0(fma 4)))")] // slices 0..2 and 3..5, two lanes each
    [InlineData("own", "fp16", 11, "13 1 0 1 0", "fp32(fp32(fp32+0(fma 0..1, fma 4..5), fp32+0(fma 8..9)), fp32(fp32+0(fma 2..3, fma 6..7), fp32+0(fma 10)))")] // V=2 W=2 CC=2: tiles of 4, chunks of 2 tiles, left to right
    [InlineData("own", "fp16", 9, "13 2 0 1 0", "fp32(fp32(fp32+0(fma 0..1, fma 4), fp32+0(fma 2..3)), fp32(fp32+0(fma 5..6), fp32+0(fma 7..8)))")] // slices of 5: 0..4 and 5..8
    [InlineData("sm90_lt13_1", "fp16", 581, "13 1 0 5 0", "fp32([30 by 19: fp32(fp32+0(fma 0..15), fp32+0(fma 16..18))], fp32+0(fma 570..580))")] // 32 slices of 19; the 31st has 11, the last none
    [InlineData("sm90_lt13_1", "fp16", 4, "14 1 0 0 0", "fp32(fp32(fp32+0(fma 0), fp32+0(fma 2)), fp32(fp32+0(fma 1), fp32+0(fma 3)))")] // threads 0..3, V=1: the last two steps of the butterfly
    public void A_plan_lowers_to_the_chain_worked_by_hand(string profile, string kind, int depth, string config, string chain)
    {
        ReductionProgram program = Lower(profile, kind, depth, config, isColumn: false);
        string operand = kind == "fp8" ? "fp8e4m3" : kind;

        program.Text.Should().Be(ReductionProgram.Parse($"k={depth} a={operand} b={operand} : {chain} -> round bf16").Text);
    }

    [Fact]
    public void Gemv14_adds_the_accumulators_of_a_thread_first_where_k_is_contiguous() => // V = 2 where N is 1: thread 0 has x0 and x1, thread 1 has x2 and x3
        Lower("sm90_lt13_1", "fp16", 4, "14 1 0 0 0", isColumn: true).Text.Should().Be(ReductionProgram.Parse(
            "k=4 a=fp16 b=fp16 : fp32(fp32(fp32+0(fma 0), fp32+0(fma 1)), fp32(fp32+0(fma 2), fp32+0(fma 3))) -> round bf16").Text);

    [Fact]
    public void Gemv14_deals_tiles_of_128_to_its_blocks() => // block 0 has 0..127, block 1 has 128 and 129
        Lower("sm90_lt13_1", "fp16", 130, "14 2 0 0 0", isColumn: false).Text.Should().Be(ReductionProgram.Parse(
            $"k=130 a=fp16 b=fp16 : fp32({Tree(0, 1, 128)}, fp32(fp32+0(fma 128), fp32+0(fma 129))) -> round bf16").Text);

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(4, true)]
    [InlineData(32, false)]
    [InlineData(64, true)]
    [InlineData(64, false)]
    [InlineData(130, false)]
    public void Gemv14_gives_the_bits_of_its_two_kernels_written_as_loops(int blocks, bool isColumn)
    {
        var random = new Random(blocks);
        foreach (int depth in new[] { 3, 128, 700, (blocks * 256) + 77, (blocks * 512) + 1 })
        {
            (float[] a, float[] b) = Values(random, depth);
            ReductionProgram program = Lower("sm90_lt13_1", "fp16", depth, $"14 {blocks} 0 0 0", isColumn, NumericFormat.Fp32);
            Bits(ReductionInterpreter.Run(program, a, b)).Should().Be(Bits(GemvLoops.Blocks(a, b, blocks, isColumn ? 2 : 1, flat: false)), $"K = {depth}");
        }
    }

    [Fact]
    public void The_loops_tell_a_flat_second_kernel_apart_beyond_32_blocks() // negative control
    {
        (float[] a, float[] b) = Values(new Random(5), 20_000);
        Bits(GemvLoops.Blocks(a, b, 32, 1, flat: true)).Should().Be(Bits(GemvLoops.Blocks(a, b, 32, 1, flat: false)));
        Bits(GemvLoops.Blocks(a, b, 64, 1, flat: true)).Should().NotBe(Bits(GemvLoops.Blocks(a, b, 64, 1, flat: false)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(35)]
    [InlineData(36)]
    [InlineData(40)]
    public void Gemv13_gives_the_bits_of_its_kernel_written_as_loops(int custom)
    {
        var random = new Random(custom);
        CublasLtProfile profile = CublasLtProfiles.Get("sm90_lt13_1");
        foreach (int depth in new[] { 1, 37, 1_200, 3_001 })
        {
            foreach (int splits in new[] { 1, 3 })
            {
                (float[] a, float[] b) = Values(random, depth);
                ReductionProgram program = Lower("sm90_lt13_1", "fp16", depth, $"13 {splits} 0 {custom} 0", false, NumericFormat.Fp32);
                float expected = GemvLoops.Lanes(a, b, profile.GemvLanes[(13, custom)], splits);
                Bits(ReductionInterpreter.Run(program, a, b)).Should().Be(Bits(expected), $"K = {depth}, splits = {splits}");
            }
        }
    }

    [Theory]
    [InlineData("21 1 0 0 0")]
    [InlineData("66 2 0 0 35")]
    [InlineData("23 3 1 0 7")]
    [InlineData("11 1 0 0 0")]
    [InlineData("13 1 0 41 0")]
    [InlineData("13 1 0 5 0")]
    public void Where_the_vocabulary_covers_a_mode_its_plan_has_a_text_that_lowers_to_the_same_program(string config)
    {
        CublasLtProfile profile = CublasLtProfiles.Get("sm90_lt13_1");
        CublasLtPlan plan = Planned(profile, "bf16", 200, config, false);
        GemmPlan gemm = CublasLtLowering.FindGemmPlan(plan, profile, CublasLtKind.Bf16, 200, NumericFormat.Bf16)!;

        OperatorPlan.Parse(gemm.Text).Should().Be(gemm);
        ((GemmProgram)gemm.Lower(new OperatorShape(3, 5, 200))).Uniform.Should().Be(CublasLtLowering.Lower(plan, profile, CublasLtKind.Bf16, 200, NumericFormat.Bf16));
    }

    [Theory]
    [InlineData("14 1 0 0 0")]
    [InlineData("13 1 0 11 0")]
    public void Chunks_inside_lanes_and_block_dots_have_no_plan_text(string config)
    {
        CublasLtProfile profile = CublasLtProfiles.Get("sm90_lt13_1");
        CublasLtLowering.FindGemmPlan(Planned(profile, "fp16", 600, config, false), profile, CublasLtKind.Fp16, 600, NumericFormat.Fp16).Should().BeNull();
    }

    [Fact]
    public void The_three_merges_are_three_classes_in_bf16_and_one_in_fp32()
    {
        string[] Programs(NumericFormat output) => [.. new[] { 1, 2, 4 }.Select(scheme => Lower("sm90_lt13_1", "bf16", 100, $"23 3 {scheme} 0 7", false, output).Text).Distinct()];

        Programs(NumericFormat.Bf16).Should().HaveCount(3);
        Programs(NumericFormat.Fp32).Should().HaveCount(1);
    }

    [Fact]
    public void An_unknown_matrix_unit_is_refused_but_CUDA_cores_need_none()
    {
        CublasLtProfile profile = OwnProfile.Parse(OwnProfile.Json.Replace("sm_90 (invented)", "some GPU", StringComparison.Ordinal));
        FluentActions.Invoking(() => CublasLtLowering.Lower(new PlainPlan(66), profile, CublasLtKind.Fp16, 8, NumericFormat.Fp16))
            .Should().Throw<PlanNotSupportedException>().WithMessage("*the profile's name gives none*");
        CublasLtLowering.Lower(new GemvBlocksPlan(14, 1, 1), profile, CublasLtKind.Fp16, 8, NumericFormat.Fp16).Depth.Should().Be(8);
    }

    [Fact]
    public void What_is_too_large_is_refused()
    {
        CublasLtProfile profile = CublasLtProfiles.Get("sm90_lt13_1");
        FluentActions.Invoking(() => CublasLtLowering.Lower(new GemvBlocksPlan(14, 1, 1), profile, CublasLtKind.Fp16, (1 << 24) + 1, NumericFormat.Fp16))
            .Should().Throw<PlanNotSupportedException>().WithMessage("*at most 16777216 terms*");
        FluentActions.Invoking(() => CublasLtLowering.Lower(new SplitPlan(66, 64, 5000, 64), profile, CublasLtKind.Fp16, 640_000, NumericFormat.Fp16))
            .Should().Throw<PlanNotSupportedException>().WithMessage("*split_k is 1 to 1024*");
        FluentActions.Invoking(() => CublasLtLowering.Lower(new PlainPlan(66), profile, CublasLtKind.Fp16, 64, NumericFormat.Int8)).Should().Throw<ArgumentException>();
    }

    /// <summary>The count-down butterfly over threads with one term each: its last step adds the tree of the even places and that of the odd ones.</summary>
    private static string Tree(int first, int stride, int count) => count == 1
        ? $"fp32+0(fma {first})"
        : $"fp32({Tree(first, 2 * stride, count / 2)}, {Tree(first + stride, 2 * stride, count / 2)})";

    private static ReductionProgram Lower(string profileName, string kind, int depth, string config, bool isColumn, NumericFormat output = NumericFormat.Bf16)
    {
        CublasLtProfile profile = profileName == "own" ? OwnProfile.Value : CublasLtProfiles.Get(profileName);
        CublasLtKinds.TryParse(kind, out CublasLtKind read).Should().BeTrue();
        return CublasLtLowering.Lower(Planned(profile, kind, depth, config, isColumn), profile, read, depth, output);
    }

    private static CublasLtPlan Planned(CublasLtProfile profile, string kind, int depth, string config, bool isColumn)
    {
        CublasLtKinds.TryParse(kind, out CublasLtKind read).Should().BeTrue();
        int[] fields = [.. config.Split(' ').Select(int.Parse)];
        CublasLtDecision decision = CublasLtPlanner.Plan(
            profile, isColumn ? 4 : 1, isColumn ? 1 : 4, depth, read, OwnProfile.Config(fields[0], fields[1], fields[2], fields[3], fields[4]));
        decision.Reason.Should().Be("ok");
        return decision.Plan!;
    }

    private static (float[] A, float[] B) Values(Random random, int depth)
    {
        float[] Draw() => [.. Enumerable.Range(0, depth).Select(_ => (float)(Half)((random.NextDouble() - 0.5) * Math.ScaleB(1.0, random.Next(-6, 7))))];
        return (Draw(), Draw());
    }

    private static uint Bits(float value) => BitConverter.SingleToUInt32Bits(value);
}
