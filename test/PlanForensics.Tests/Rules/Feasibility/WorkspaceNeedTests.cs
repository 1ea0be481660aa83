using FluentAssertions;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Rules.Feasibility;
using Xunit;

namespace PlanForensics.Tests.Rules.Feasibility;

public sealed class WorkspaceNeedTests
{
    [Theory]
    [InlineData("gemm split_k=4 staging=bf16 out=bf16", 8, 4096, 4096, 262_144)] // 4 x 8 x 4096 x 2
    [InlineData("gemm split_k=4 out=bf16", 8, 4096, 4096, 524_288)] // 4 x 8 x 4096 x 4: fp32 partials, bf16 output
    [InlineData("gemm split_k=4", 8, 4096, 4096, 0)] // fp32 all the way: slices add up in the output
    [InlineData("gemm split_k=4 merge_acc=bf16 out=bf16", 8, 4096, 4096, 0)] // serial: the running total is the output
    [InlineData("gemm out=bf16", 8, 4096, 4096, 0)]
    [InlineData("gemm split_k=8 out=bf16", 1, 1, 20, 28)] // chunks of 3: 7 slices have terms
    [InlineData("gemm split_k=4 split_grain=64 out=bf16", 2, 3, 65, 48)] // 2 grains: 2 slices x 2 x 3 x 4
    [InlineData("gemm split_k=4 out=bf16 merge=atomic", 8, 4096, 4096, 131_072)] // one fp32 buffer of 8 x 4096
    [InlineData("gemm split_k=2 out=bf16 all_reduce=ring:4:bf16", 2, 8, 64, 128)] // 16 terms a rank: 2 slices x 2 x 8 x 4
    public void Bytes_of_a_product_are_those_worked_by_hand(string plan, int m, int n, int k, long bytes)
    {
        WorkspaceNeed need = WorkspaceNeed.OfGemm((GemmPlan)OperatorPlan.Parse(plan), m, n, k);

        need.Bytes.Should().Be(bytes, need.Formula);
        need.Pool.Should().Be(bytes == 0 ? WorkspacePool.None : WorkspacePool.Library);
    }

    [Fact]
    public void Slices_are_those_that_terms_fall_into()
    {
        for (int k = 1; k <= 130; k++)
            foreach (int splits in new[] { 1, 2, 3, 4, 7, 8, 16 })
                foreach (int grain in new[] { 1, 8, 16 })
                {
                    // Deals terms out one by one, as the lowering does.
                    int grains = (k + grain - 1) / grain;
                    int chunk = (grains + splits - 1) / splits * grain;
                    int touched = Enumerable.Range(0, k).Select(term => term / chunk).Distinct().Count();
                    WorkspaceNeed.SlicesOf(new GemmPlan { SplitK = splits, SplitGrain = grain }, k).Should().Be(touched);
                }
    }

    [Fact]
    public void Bytes_of_attention_are_those_worked_by_hand()
    {
        AttentionPlan flash = PlanCatalog.FlashAttention(ReductionStep.Dot(16, 25), 128, 4);
        WorkspaceNeed.OfAttention(flash, rows: 2, heads: 8, keys: 700, headDimension: 128).Bytes.Should().Be(4 * 2 * 8 * ((128 * 4) + 4));
        AttentionPlan paged = PlanCatalog.PagedAttention(512, NumericFormat.Bf16);
        WorkspaceNeed.OfAttention(paged, rows: 2, heads: 8, keys: 1025, headDimension: 128).Bytes.Should().Be(3 * 2 * 8 * ((128 * 2) + 8));
        WorkspaceNeed.OfAttention(paged, rows: 2, heads: 8, keys: 512, headDimension: 128).Pool.Should().Be(WorkspacePool.None);
        WorkspaceNeed.OfAttention(PlanCatalog.PagedAttention(0, NumericFormat.Bf16), 2, 8, 9000, 128).Bytes.Should().Be(0);
    }
}
