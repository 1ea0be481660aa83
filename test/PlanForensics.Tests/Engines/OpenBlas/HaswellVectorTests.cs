using FluentAssertions;
using PlanForensics.Engines;
using PlanForensics.Engines.OpenBlas;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Engines.OpenBlas;

/// <summary>Orders of sgemv that were probed on the live library under OPENBLAS_CORETYPE=Haswell, written out by hand.</summary>
public sealed class HaswellVectorTests
{
    // 20 columns, K = 15: the first 20 mod 16 = 4 columns add even and odd terms of each group on two accumulators, the others one by one; 12, 13 and 14 follow.
    [Fact]
    public void Columns_that_fill_no_sixteen_run_two_accumulators() => Orders(false, 20, 15).Should().Equal(
        (0, 4, Order(15, "fp32(fma 0..6:2, fp32(fma 1..7:2), fp32(fma 8..10:2, fp32(fma 9..11:2)), muladd 12..14)")),
        (4, 16, Order(15, "fp32(fma 0..7, fp32(fma 8..11), muladd 12..14)")));

    [Fact]
    public void Up_to_three_last_columns_are_one_chain() => Orders(false, 18, 15)[^1].Should().Be((16, 2, Order(15, "fp32(muladd 0..14)")));

    // A matrix of two columns has pairs, one of one column groups of four.
    [Theory]
    [InlineData(2, "fp32(muladd 0..1, fp32(muladd 2..3), muladd 4)")]
    [InlineData(1, "fp32(muladd 0..4)")]
    public void A_matrix_of_few_columns_has_orders_of_its_own(int columns, string order) => Orders(false, columns, 5).Should().Equal((0, columns, Order(5, order)));

    // K = 27: three steps of eight lanes, then 24, 25, 26 as one group. K = 14: the first four terms go to the lower half, then one step.
    [Theory]
    [InlineData(27, "fp32(fma 0..16:8, fp32(fma 4..20:8), fp32(fma 1..17:8, fp32(fma 5..21:8)), fp32(fma 2..18:8, fp32(fma 6..22:8), fp32(fma 3..19:8, fp32(fma 7..23:8))), fp32(muladd 24..26))")]
    [InlineData(14, "fp32(fma 0..4:4, fp32(fma 8), fp32(fma 1..5:4, fp32(fma 9)), fp32(fma 2..6:4, fp32(fma 10), fp32(fma 3..7:4, fp32(fma 11))), fp32(muladd 12..13))")]
    public void Transposed_weights_run_eight_lanes(int k, string order) => Orders(true, 4, k).Should().Equal((0, 4, Order(k, order)));

    [Fact]
    public void Two_of_the_last_columns_run_four_lanes_and_the_last_one_eight()
    {
        OperatorPlan plan = new HaswellVector(transposed: true).PlanFor(new GemmKey(1, 7, 16)).Plan!;
        ((PlanMap)plan).Regions.Select(region => region.Columns?.Text).Should().Equal("4..5", "6..6", null);
        ((PlanMap)plan).Regions[0].Plan.Text.Should().Be("gemm step=muladd lanes=4 lane_merge=neighbours start=zero");
    }

    // 37 columns and two threads: 19 and 18, of which 19 mod 16 = 3 and 18 mod 16 = 2 are no whole fours. The first thread's 16 columns and three last ones, the second's 16 and two.
    [Fact]
    public void Threads_share_the_columns_and_each_counts_its_own()
    {
        var key = new GemmKey(1, 37, 256) { Threads = 2 };
        ((GemmProgram)new HaswellVector(transposed: false).PlanFor(key).Plan!.Lower(new OperatorShape(1, 37, 256))).Regions.Select(region => (region.ColumnStart, region.ColumnCount))
            .Should().Equal((0, 16), (16, 3), (19, 16), (35, 2));
        new HaswellVector(transposed: false).PlanFor(key with { K = 249 }).Plan.Should().Be(new HaswellVector(transposed: false).PlanFor(key with { K = 249, Threads = 1 }).Plan, "9,213 weights stay on one thread");
    }

    [Fact]
    public void Wider_cores_differ_in_the_last_columns()
    {
        var plan = (PlanMap)new HaswellVector(transposed: false, wide: true).PlanFor(new GemmKey(1, 18, 64)).Plan!;
        plan.Regions.Select(region => (region.Columns?.Text, region.Plan.Text)).Should().Equal(("16..17", "gemm start=zero"), (null, "gemm k_block=8 start=zero"));
        ((PlanMap)new HaswellVector(transposed: false).PlanFor(new GemmKey(1, 18, 64)).Plan!).Regions[0].Plan.Text.Should().Be("gemm step=muladd start=zero");
        new HaswellVector(transposed: true, wide: true).PlanFor(new GemmKey(1, 18, 66)).Reason.Should().Contain("multiple of 4");
    }

    [Fact]
    public void Keys_that_are_not_known_are_declined()
    {
        new HaswellVector(transposed: false).PlanFor(new GemmKey(1, 7, 4000) { Threads = 2 }).Reason.Should().Contain("few outputs");
        new HaswellVector(transposed: false).PlanFor(new GemmKey(2, 96, 96)).Reason.Should().Contain("one row");
    }

    private static (int Column, int Count, string Order)[] Orders(bool transposed, int columns, int k) =>
    [
        .. ((GemmProgram)new HaswellVector(transposed).PlanFor(new GemmKey(1, columns, k)).Plan!.Lower(new OperatorShape(1, columns, k))).Regions
            .Select(region => (region.ColumnStart, region.ColumnCount, WithoutZeros(region.Program.Text))),
    ];

    private static string Order(int k, string chain) => ReductionProgram.Parse($"k={k} a=fp32 b=fp32 : {chain} -> round fp32").Text;

    /// <summary>The same order with sums that start with their first product: it differs in the sign of a zero only.</summary>
    private static string WithoutZeros(string program) => ReductionProgram.Parse(program.Replace("+0(", "(", StringComparison.Ordinal)).Text;
}
