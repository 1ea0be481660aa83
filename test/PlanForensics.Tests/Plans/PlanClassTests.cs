using FluentAssertions;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Plans;

public sealed class PlanClassTests
{
    [Fact]
    public void Plans_with_equal_programs_are_one_class()
    {
        // At K = 64, tiles do not matter, a split by 1 slice is none, k_block=64 is one block; split_k=2 is k_block=32.
        string[] texts = ["gemm", "gemm tile=128x64x32", "gemm k_block=64", "gemm split_k=2", "gemm k_block=32", "gemm step=muladd"];
        PlanClass.Group(texts.Select(text => (text, OperatorPlan.Parse(text).Lower(new OperatorShape(4, 4, 64))))).Select(item => string.Join(" | ", item.Members))
            .Should().Equal("gemm | gemm tile=128x64x32 | gemm k_block=64", "gemm split_k=2 | gemm k_block=32", "gemm step=muladd");
    }

    [Fact]
    public void Execution_plans_are_grouped_by_their_programs_at_every_site()
    {
        ExecutionPlan plain = PlanCatalog.Uniform(new GemmPlan(), NumericFormat.Bf16);
        ExecutionPlan blocked = PlanCatalog.Uniform(new GemmPlan { BlockK = 128 }, NumericFormat.Bf16);
        PlanSite small = new(ExecutionPhase.Decode, 0, OperatorRole.QueryProjection, new OperatorShape(1, 64, 64));
        PlanSite large = new(ExecutionPhase.Decode, 0, OperatorRole.DownProjection, new OperatorShape(1, 64, 256));
        PlanClass.Group([("plain", plain), ("blocked", blocked)], [small]).Should().ContainSingle().Which.Members.Should().Equal("plain", "blocked");
        PlanClass.Group([("plain", plain), ("blocked", blocked)], [small, large]).Should().HaveCount(2);
    }

    [Theory]
    [InlineData("gemm", "operand fp32, product exact, accumulator fp32, staging none, output fp32")]
    [InlineData("gemm step=muladd operand=bf16 split_k=2 staging=bf16 out=bf16", "operand bf16, product fp32, accumulator fp32, staging bf16, output bf16")]
    [InlineData("gemm step=muladd<fp32> acc=fp64", "operand fp32, product fp32, accumulator fp64, staging none, output fp32")]
    [InlineData("gemm all_reduce=ring:2:fp16", "operand fp32, product exact, accumulator fp32, staging fp16, output fp32")]
    public void A_precision_path_is_a_view_of_a_plan(string plan, string path) => ((GemmPlan)OperatorPlan.Parse(plan)).PrecisionPath.ToString().Should().Be(path);

    [Fact]
    public void An_explanation_counts_accumulators_and_names_each_rounding()
    {
        PlanExplanation explanation = PlanExplanation.Of(OperatorPlan.Parse("gemm split_k=4 staging=bf16 out=bf16"), new OperatorShape(1, 8, 64, HasBias: true));
        explanation.Lines.Should().Contain(
        [
            "plan: gemm out=bf16 split_k=4 staging=bf16",
            "precision path: operand fp32, product exact, accumulator fp32, staging bf16, output bf16",
            "each output element: 64 terms in 5 accumulators with 4 merges between them",
            "  the longest accumulator takes 16 terms itself, the shortest 0; chains nest 2 deep",
            "      16 terms 0..15 by fma, one rounding each",
            "    and its value is stored as bf16: one more rounding",
            "  then the bias is added in fp32 and the result rounded to fp32",
            "  then the result is rounded to bf16",
        ]);
        explanation.Lines[^1].Should().EndWith(explanation.Program.Fingerprint.Hex);
    }

    [Theory]
    [InlineData("norm lanes=4", "a norm over rows of 64; everything outside its sums is rounded to fp32, the result to fp32")]
    [InlineData("attention algorithm=split_kv kv_block=4 splits=2", "one query sees 8 keys in 2 parts and 2 blocks")]
    [InlineData("rope", "no reduction: every output element is computed on its own, so the plan's fields are the whole arithmetic")]
    [InlineData("map{*x0..1: gemm split_k=2; *x*: gemm}", "the output has 2 regions with programs of their own")]
    [InlineData("gemm lanes=4096", "each output element: 64 terms in 32 accumulators with 31 merges between them")]
    public void Every_family_is_explained(string plan, string line) =>
        PlanExplanation.Of(OperatorPlan.Parse(plan), new OperatorShape(1, 8, 64)).Lines.Should().Contain(line).And.HaveCountLessThan(200);
}
