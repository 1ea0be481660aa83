using FluentAssertions;
using PlanForensics.Engines;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Engines;

public sealed class RowFamilyTests
{
    [Fact]
    public void Names_are_unique_and_plans_are_canonical_at_every_size()
    {
        EngineCatalog.Rows.Select(family => family.Name).Should().OnlyHaveUniqueItems();
        foreach (IRowFamily family in EngineCatalog.Rows)
        {
            foreach ((long rows, int width) in new[] { (1L, 1), (3L, 7), (5L, 16), (2L, 100), (40L, 1000) })
            {
                PlanDecision? decision = new[] { NumericFormat.Fp32, NumericFormat.Bf16 }
                    .Select(format => family.PlanFor(new RowKey(rows, width) { Format = format, AddressModulo16 = 4 })).FirstOrDefault(found => found.Plan is not null);
                if (decision?.Plan is { } plan)
                    OperatorPlan.Parse(plan.Text).Text.Should().Be(plan.Text, family.Name);
                else
                    width.Should().Be(1, $"{family.Name} declines {rows} x {width}");
            }
        }
    }

    [Theory]
    [InlineData("aten.sum.avx2", 1, 40_000, "several threads")]
    [InlineData("aten.silu.avx2.fp32", 64, 1_000, "several threads")]
    [InlineData("aten.column_sum.avx512", 64, 1_000, "several threads")]
    public void Keys_that_threads_divide_are_declined(string name, int rows, int width, string reason)
    {
        IRowFamily family = EngineCatalog.Rows.Single(rule => rule.Name == name);
        family.PlanFor(new RowKey(rows, width)).Plan.Should().NotBeNull();
        family.PlanFor(new RowKey(rows, width) { Threads = 2 }).Reason.Should().Contain(reason);
        family.PlanFor(new RowKey(1, 100) { Threads = 2 }).Plan.Should().NotBeNull("so little stays on one thread");
    }

    [Fact]
    public void A_sum_that_follows_addresses_needs_one()
    {
        IRowFamily family = EngineCatalog.Rows.Single(rule => rule.Name == "ort.reduce_sum");
        family.PlanFor(new RowKey(4, 9)).Reason.Should().Contain("address");
        family.PlanFor(new RowKey(4, 16) { AddressModulo16 = 0 }).Plan!.Text.Should().Be("sum lanes=8");
        family.PlanFor(new RowKey(4, 9) { AddressModulo16 = 0 }).Plan.Should().BeOfType<PlanMap>("rows of 9 begin at four addresses modulo 16");
    }

    // 40 columns, vectors of 8: one group of 4 vectors has a cascade a column, the other 8 columns have four accumulators.
    [Fact]
    public void The_last_columns_of_a_column_sum_have_another_order()
    {
        var program = (GemmProgram)EngineCatalog.Rows.Single(rule => rule.Name == "aten.column_sum.avx2").PlanFor(new RowKey(9, 40)).Plan!.Lower(new OperatorShape(40, 1, 9));
        program.Regions.Select(region => (region.RowStart, region.RowCount, region.Program.Text)).Should().BeEquivalentTo(
            [(0, 32, "k=9 a=fp32 b=fp32 : fp32+0(add 0..8) -> round fp32"), (32, 8, "k=9 a=fp32 b=fp32 : fp32+0(add 0..8:4, [3 by 1: fp32(add 1..5:4)]) -> round fp32")]);
    }

    [Fact]
    public void Bf16_rounds_each_step_of_SiLU_or_the_result()
    {
        var key = new RowKey(4, 172) { Format = NumericFormat.Bf16 };
        Plan("aten.silu.avx2.bf16", key).Should().Be("activation math=sleef math_block=32 math_tail=glibc math_over=tensor steps=bf16 intermediate=bf16 out=bf16");
        Plan("aten.silu.avx2.bf16.rounded_once", key).Should().Be("activation math=sleef math_block=32 math_tail=glibc math_over=tensor intermediate=bf16 out=bf16");
        EngineCatalog.Rows.Single(rule => rule.Name == "aten.silu.avx2.bf16").PlanFor(key with { Format = NumericFormat.Fp32 }).Reason.Should().Contain("bf16");
    }

    private static string Plan(string name, RowKey key) => EngineCatalog.Rows.Single(rule => rule.Name == name).PlanFor(key).Plan!.Text;
}
