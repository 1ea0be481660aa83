using CsCheck;
using FluentAssertions;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Plans;

public sealed class OperatorPlanTextTests
{
    [Fact]
    public void Reading_a_plan_s_text_gives_the_plan() => PlanSamples.Any.Sample(
        static plan =>
        {
            OperatorPlan read = OperatorPlan.Parse(plan.Text);
            return read.Equals(plan) && read.Text == plan.Text && read.Fingerprint == plan.Fingerprint;
        },
        iter: 20_000,
        threads: 2);

    [Fact]
    public void Plans_with_different_text_are_different() => PlanSamples.Any.Select(PlanSamples.Any).Sample(
        static (one, other) => one.Equals(other) == (one.Text == other.Text), iter: 5_000, threads: 2);

    [Fact]
    public void Fields_may_stand_in_any_order_and_defaults_are_left_out() =>
        OperatorPlan.Parse("gemm staging=bf16 split_k=04 step=fma").Text.Should().Be("gemm split_k=4 staging=bf16");

    [Theory]
    [InlineData("", 0, "expected a plan family: gemm, map{...}, program{...}, norm, rope")]
    [InlineData("gem", 0, "expected a plan family")]
    [InlineData(" gemm", 1, "expected KEY=VALUE")]
    [InlineData("gemm split_k=4 ", 15, "expected KEY=VALUE, fields separated by one space")]
    [InlineData("gemm split_k", 5, "expected KEY=VALUE")]
    [InlineData("gemm split_k=", 5, "expected KEY=VALUE")]
    [InlineData("gemm split_k=4 split_k=5", 15, "field split_k stands twice")]
    [InlineData("gemm splitk=4", 5, "gemm has no field splitk; it has step, operand")]
    [InlineData("gemm split_k=four", 5, "split_k is a whole number")]
    [InlineData("gemm split_k=-4", 5, "split_k is a whole number")]
    [InlineData("gemm split_k=99999999999999999999", 5, "split_k is a whole number")]
    [InlineData("gemm split_k=4096", 0, "split_k is 1 to 1024")]
    [InlineData("gemm staging=f32", 5, "staging is a format such as fp32, bf16 or fp16")]
    [InlineData("gemm merge=random", 5, "merge is one of forward, butterfly, neighbours, half_neighbours, atomic")]
    [InlineData("gemm tile=16x16", 5, "tile is MxNxK, each at most 65536")]
    [InlineData("gemm tile=1x1x65537", 5, "tile is MxNxK")]
    [InlineData("gemm step=dot<16,25>", 5, "step is a step: add, muladd, fma")]
    [InlineData("gemm step=dot<16,25,rz,-133,1,2>", 5, "step is a step")]
    [InlineData("gemm step=dot<65,25,rz>", 5, "step is a step")]
    [InlineData("gemm step=dot< 16,25,rz>", 15, "expected KEY=VALUE")]
    [InlineData("gemm atomic_order=0.0", 5, "atomic_order is in_order, seed:N or slices joined by dots")]
    [InlineData("gemm atomic_order=seed:-1", 5, "atomic_order is in_order")]
    [InlineData("gemm start=one", 5, "start is first or zero")]
    [InlineData("gemm lanes=0", 0, "lanes are 1 to 4096")]
    [InlineData("gemm lane_merge=atomic", 0, "lanes merge forward, butterfly, neighbours or half_neighbours")]
    [InlineData("gemm all_reduce=ring:1:bf16", 5, "all_reduce is none or ALGORITHM:RANKS:WIRE")]
    [InlineData("all_reduce wire=int8", 0, "the wire format is fp32, bf16 or fp16; got int8")]
    [InlineData("quantization storage=fp32", 0, "weights are stored as int8, fp8e4m3 or fp8e5m2; got fp32")]
    [InlineData("quantized_gemm weights=q5_0", 15, "weights is q8_0 or q4_0")]
    [InlineData("quantized_gemm group=3", 0, "group is a divisor of 32")]
    [InlineData("flash_attention{walk=tiles}", 16, "expected KEY=VALUE ...; qk: gemm ... or program{...}")]
    [InlineData("flash_attention{walk=tile; qk: gemm}", 16, "walk is one of keys, tiles")]
    [InlineData("flash_attention{walk=tiles qk: gemm}", 16, "expected KEY=VALUE ...; qk:")]
    [InlineData("flash_attention{fold=12; qk: gemm}", 0, "fold is a power of two")]
    [InlineData("flash_attention{qk: gemm lanes=x}", 25, "lanes is a whole number")]
    [InlineData("flash_attention{qk: norm}", 0, "scores are made by a gemm or a program plan; got norm")]
    [InlineData("attention scale=keys", 10, "scale is scores or query")]
    [InlineData("map{*x*: norm}", 9, "a map's regions hold gemm or program plans")]
    [InlineData("program{k=2 a=fp32 b=fp32 : fp32(fma 0..1)", 42, "expected \"}\" at the end of a program")]
    [InlineData("program{k=2 a=fp32 b=fp32 : fp32(fma 0)}", 8, "term 1 of 2 is not taken")]
    [InlineData("map{*x*: program{k=x}}", 19, "expected")]
    [InlineData("map{*x*: gemm", 13, "expected \"}\" at the end of a map")]
    [InlineData("map{0..1x*: gemm}", 16, "a plan map ends with a region *x* that covers the rest")]
    [InlineData("map{1..0x*: gemm; *x*: gemm}", 4, "expected ROWSxCOLUMNS: gemm ... or program{...}, each FIRST..LAST,FIRST..LAST,... or *")]
    [InlineData("map{0..3,3..4x*: gemm; *x*: gemm}", 4, "expected ROWSxCOLUMNS")]
    [InlineData("map{*x*: gemm split_k=x}", 14, "split_k is a whole number")]
    public void A_wrong_text_is_refused_at_its_place_with_what_was_expected(string text, int position, string reason)
    {
        PlanFormatException refused = FluentActions.Invoking(() => OperatorPlan.Parse(text)).Should().Throw<PlanFormatException>().Which;
        refused.Message.Should().Contain(reason);
        refused.Message.Should().Contain($"character {position}").And.Contain("got \"");
        refused.Position.Should().Be(position);
        refused.Message.Should().NotContain("Parameter '");
    }

    [Fact]
    public void Hostile_text_is_refused_quickly()
    {
        string nested = string.Concat(Enumerable.Repeat("map{*x*: ", 200_000)) + "gemm" + new string('}', 200_000);
        FluentActions.Invoking(() => OperatorPlan.Parse(nested)).Should().Throw<PlanFormatException>();
        FluentActions.Invoking(() => OperatorPlan.Parse("gemm " + string.Join(' ', Enumerable.Range(0, 100_000).Select(i => $"f{i}=1")))).Should().Throw<PlanFormatException>();
        FluentActions.Invoking(() => OperatorPlan.Parse("map{" + string.Join("; ", Enumerable.Repeat("0..1x0..1: gemm", 5_000)) + "; *x*: gemm}")).Should().Throw<PlanFormatException>().WithMessage("*at most 256 regions*");
    }

    [Fact]
    public void An_attention_product_with_a_field_its_text_would_lose_is_refused() =>
        FluentActions.Invoking(() => new AttentionPlan { Scores = new GemmPlan { SplitK = 2 } }).Should().Throw<ArgumentException>().WithMessage("*leave the other fields at their defaults*");

    [Fact]
    public void A_map_s_region_holds_a_product() =>
        FluentActions.Invoking(() => new PlanMapRegion(null, null, new NormPlan())).Should().Throw<ArgumentException>().WithMessage("*holds a gemm or a program; got norm*");

    [Fact]
    public void Values_that_no_text_can_say_are_refused()
    {
        FluentActions.Invoking(() => AtomicOrder.Seeded(-1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => AtomicOrder.Explicit()).Should().Throw<ArgumentException>().WithMessage("*at least one slice*");
        FluentActions.Invoking(() => new TileShape(-1, 0, 0)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*65536*");
        FluentActions.Invoking(() => new PlanMapRegion((3, 1), null, new GemmPlan())).Should().Throw<ArgumentException>().WithMessage("*got 3..1*");
        FluentActions.Invoking(() => new PlanRule(null, -1, OperatorRole.Rope, new RopePlan())).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new GemmPlan { Merge = (MergeOrder)9 }.Text).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*merge is one of*");
    }
}
