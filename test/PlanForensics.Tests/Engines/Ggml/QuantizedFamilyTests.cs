using FluentAssertions;
using PlanForensics.Engines;
using PlanForensics.Engines.Ggml;
using PlanForensics.Numerics;
using Xunit;

namespace PlanForensics.Tests.Engines.Ggml;

public sealed class QuantizedFamilyTests
{
    private const string Plain = "quantized_gemm weights=q4_0 group=4 start=zero lanes=8";

    [Theory]
    [InlineData(1, 8, 32, "quantized_gemm weights=q4_0 start=zero")]
    [InlineData(7, 4096, 4096, "quantized_gemm weights=q4_0 start=zero")]
    [InlineData(1, 12, 32, Plain)]
    [InlineData(8, 7, 64, Plain)]
    public void Weights_are_repacked_in_eights(int m, int n, int k, string plan) =>
        new Repack().PlanFor(new GemmKey(m, n, k) { Blocks = BlockFormat.Q4Type0, Threads = 3 }).Plan!.Text.Should().Be(plan);

    [Fact]
    public void Plain_and_llamafile_kernels_are_one_plan_at_every_shape()
    {
        foreach (int m in new[] { 1, 2, 5 })
            foreach (int n in new[] { 3, 4, 8 })
                new QuantizedDot("llamafile", BlockFormat.Q8Type0).PlanFor(new GemmKey(m, n, 96) { Blocks = BlockFormat.Q8Type0 }).Plan!.Text
                    .Should().Be("quantized_gemm group=4 start=zero lanes=8");
    }

    [Fact]
    public void What_the_rules_do_not_cover_is_declined()
    {
        foreach (IGemmFamily family in EngineCatalog.QuantizedGemms)
        {
            family.PlanFor(new GemmKey(1, 8, 64)).Reason.Should().StartWith("the rule covers q", family.Name);
            new[] { BlockFormat.Q8Type0, BlockFormat.Q4Type0 }.Should().OnlyContain(format => family.PlanFor(new GemmKey(1, 8, 48) { Blocks = format }).Plan == null);
        }

        new Repack().PlanFor(new GemmKey(1, 8, 64) { Blocks = BlockFormat.Q8Type0 }).Plan.Should().BeNull();
        EngineCatalog.QuantizedGemms.Select(family => family.Name).Should().OnlyHaveUniqueItems();
    }
}
