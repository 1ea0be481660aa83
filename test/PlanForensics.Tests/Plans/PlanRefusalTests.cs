using FluentAssertions;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Plans;

public sealed class PlanRefusalTests
{
    [Theory]
    [InlineData("gemm stream_k=132", 64, "stream_k=132: stream-K cuts K at other places in each output tile")]
    [InlineData("gemm slice_k=2", 64, "slice_k=2 needs a tile K that it divides; got tile 0x0x0")]
    [InlineData("gemm slice_k=3 tile=8x8x16", 64, "slice_k=3 needs a tile K that it divides; got tile 8x8x16")]
    [InlineData("gemm residue=first", 64, "residue=first needs a tile K above 0; got tile 0x0x0")]
    [InlineData("gemm step=dot<8,24,rz> lanes=4 vector=4", 64, "vector is a multiple of 8; got 4")]
    [InlineData("gemm split_k=2 atomic_order=1.0", 64, "atomic_order=1.0 is given, but merge=forward is not atomic; leave one out")]
    [InlineData("gemm split_k=2 merge=atomic atomic_order=2.1.0", 64, "atomic_order names 3 slices; at this K the plan has 2: name each of 0..1 once")]
    [InlineData("gemm step=dp4a acc=int32", 64, "integer accumulation needs quantised operands")]
    [InlineData("gemm step=add", 64, "step=add reads no weights; a product takes muladd, fma")]
    [InlineData("gemm acc=tf32", 64, "acc is fp32, fp64, bf16 or fp16; got tf32")]
    [InlineData("gemm acc=fp16 step=dot<8,24,rz>", 64, "step=dot<8,24,rz> does not run in acc=fp16")]
    [InlineData("gemm step=muladd<bf16>", 64, "step=muladd<bf16> does not run in acc=fp32")]
    [InlineData("gemm operand=fp64", 64, "operand is fp32, tf32, bf16, fp16, fp8e4m3 or fp8e5m2; got fp64")]
    [InlineData("gemm staging=int8", 64, "staging is fp32, fp64, tf32, bf16, fp16, fp8e4m3 or fp8e5m2; got int8")]
    [InlineData("gemm merge_acc=int8", 64, "merge_acc is fp32, fp64, bf16 or fp16; got int8")]
    [InlineData("gemm out=fp64", 64, "out is fp32, tf32, bf16, fp16, fp8e4m3 or fp8e5m2; got fp64")]
    [InlineData("gemm all_reduce=ring:3:bf16", 64, "K = 64 is not divisible by 3 ranks; give a K above 0 that is")]
    [InlineData("gemm all_reduce=two_shot:4:bf16:8", 64, "a message of 2 x 2 elements does not divide into packs of 8")]
    [InlineData("map{0..0x*: gemm all_reduce=ring:4:bf16; *x*: gemm}", 64, "a map's region holds a plan that lowers to one program")]
    [InlineData("gemm", 16_777_217, "at most 16777216 terms; got K = 16777217")]
    [InlineData("norm", 0, "a norm needs a row of at least one value; got 0")]
    [InlineData("norm step=dot<8,24,rz>", 64, "squares enter by muladd, muladd<fp32> or fma; got dot<8,24,rz>")]
    [InlineData("norm acc=bf16", 64, "a norm accumulates in fp32 or fp64; got bf16")]
    [InlineData("norm formula=welford lanes=2", 64, "welford is lowered for one lane")]
    [InlineData("norm out=int8", 64, "out is fp32, tf32, bf16, fp16")]
    [InlineData("rope step=add", 64, "rope rotates by muladd or fma; got add")]
    [InlineData("rope step=fma product=bf16", 64, "a fused rotation does not round its products")]
    [InlineData("rope table=int8", 64, "table is fp32, tf32, bf16, fp16")]
    [InlineData("activation out=int32", 64, "out is fp32, tf32, bf16, fp16, fp8e4m3 or fp8e5m2; got int32")]
    [InlineData("residual out=fp64", 64, "out is fp32, tf32, bf16, fp16, fp8e4m3 or fp8e5m2; got fp64")]
    [InlineData("attention", 0, "attention needs at least one key and one head dimension; got 2 and 0")]
    [InlineData("attention rescale=add", 64, "running values are rescaled by muladd or fma; got add")]
    [InlineData("attention splits=2", 64, "splits and partition belong to algorithm=split_kv; got algorithm=naive")]
    [InlineData("attention qk_step=add", 64, "qk_step=add reads no weights")]
    [InlineData("attention pv_acc=tf32", 64, "pv_acc is fp32, fp64, bf16 or fp16; got tf32")]
    [InlineData("attention p=int8", 64, "p is fp32, tf32, bf16, fp16")]
    [InlineData("quantization group=32", 64, "quantised operands need scales")]
    [InlineData("quantized_gemm", 48, "K is a multiple of 32 above 0; got 48")]
    [InlineData("quantized_gemm", 0, "K is a multiple of 32 above 0; got 0")]
    [InlineData("quantized_gemm step=add", 64, "a group enters its accumulator by fma or muladd; got add")]
    [InlineData("flash_attention{qk: gemm}", 0, "attention needs at least one key and one head dimension; got 2 and 0")]
    [InlineData("flash_attention{acc=bf16; qk: gemm}", 64, "acc is fp32 or fp16; got bf16")]
    [InlineData("flash_attention{sum=add; qk: gemm}", 64, "the running sum is rescaled by fma or muladd; got add")]
    [InlineData("flash_attention{walk=tiles chunks=2; qk: gemm}", 64, "chunks, acc and sum belong to walk=keys")]
    [InlineData("flash_attention{tile=32; qk: gemm}", 64, "tile and fold belong to walk=tiles")]
    [InlineData("flash_attention{walk=tiles tile=24 fold=16; qk: gemm}", 64, "fold divides the tile; got fold=16 and tile=24")]
    [InlineData("flash_attention{qk: gemm out=bf16}", 64, "scores are fp32; got bf16")]
    [InlineData("flash_attention{qk: program{k=2 a=fp32 b=fp32 : fp32(fma 0..1)}}", 64, "the program is one of K = 2 and the operator has K = 64")]
    public void A_plan_that_is_not_lowered_says_what_it_has_and_what_is_accepted(string text, int depth, string reason)
    {
        OperatorPlan plan = OperatorPlan.Parse(text);
        PlanNotSupportedException refused = FluentActions.Invoking(() => plan.Lower(new OperatorShape(2, 2, depth))).Should().Throw<PlanNotSupportedException>().Which;
        refused.Reason.Should().Contain(reason);
        refused.Message.Should().StartWith("plan not supported: ").And.Contain("(plan: ");
        refused.Plan.Should().NotBeEmpty();
    }

    [Fact]
    public void A_negative_shape_is_a_bad_argument() =>
        FluentActions.Invoking(() => new GemmPlan().Lower(new OperatorShape(1, 1, -1))).Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void A_random_plan_lowers_or_is_refused_with_a_reason() // never another exception
    {
        var random = new Random(7);
        int lowered = 0;
        for (int round = 0; round < 4_000; round++)
        {
            OperatorPlan plan = PlanSamples.Plan(random);
            try
            {
                plan.Lower(new OperatorShape(random.Next(2), random.Next(5), random.Next(40), random.Next(2) == 0)).Text.Should().NotBeEmpty();
                lowered++;
            }
            catch (PlanNotSupportedException refused)
            {
                refused.Reason.Should().NotBeEmpty();
            }
        }

        lowered.Should().BeGreaterThan(400);
    }
}
