using FluentAssertions;
using PlanForensics.Kernels.Reference;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Plans;

public sealed class RowOrderTests
{
    // Each chain is worked by hand from the definition of the order.
    [Theory]
    [InlineData("sum lanes=4 short=forward", 3, "fp32(add 0..2)")]
    [InlineData("sum lanes=4 short=forward", 4, "fp32(add 0..2:2, fp32(add 1..3:2))")]
    [InlineData("sum lanes=8 lane_merge=half_neighbours", 8, "fp32(add 0..4:4, fp32(add 1..5:4), fp32(add 2..6:4, fp32(add 3..7:4)))")] // 4, then 1, 2
    [InlineData("sum acc=fp64 lanes=2 order=blocks", 5, "fp64([2 by 2: fp32(add 0..1)], add 4)")]
    [InlineData("sum lanes=2 order=pairwise", 5, "fp32+0(add 0..2:2, fp32(add 1..3:2), add 4)")]
    [InlineData("sum lanes=2 order=cascade accumulators=2", 9, "fp32+0(add 8, fp32(add 0..4:4, fp32(add 2..6:4)), fp32(add 1..5:4, fp32(add 3..7:4)))")] // the tail first
    [InlineData("sum lanes=4 order=cascade accumulators=2", 3, "fp32+0(add 0, add 2, add 1)")] // no vector: one lane, two accumulators, the one left over to the first
    public void An_order_lowers_to_the_chain_worked_by_hand(string plan, int width, string chain) =>
        ((SumProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(1, 1, width))).Sum.Text
            .Should().Be(ReductionProgram.Parse($"k={width} a=fp32 b=fp32 : {chain} -> round fp32").Text);

    [Theory]
    [InlineData("sum lanes=8 order=cascade accumulators=4")]
    [InlineData("sum lanes=16 order=cascade accumulators=4")]
    [InlineData("sum order=cascade")]
    [InlineData("sum order=cascade accumulators=4")]
    [InlineData("sum lanes=8 order=pairwise")]
    [InlineData("sum lanes=16 order=blocks")]
    public void An_order_gives_the_bits_of_the_loops_that_it_describes(string text)
    {
        var plan = (SumPlan)OperatorPlan.Parse(text);
        var random = new Random(5);
        int[] widths = [.. Enumerable.Range(1, 300), 511, 512, 513, 1000, 1024, 4095, 4096, 4100, 8191, 32768, 70001];
        foreach (int width in widths)
        {
            float[] x = [.. Enumerable.Range(0, width).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(2, random.Next(9))))];
            float expected = RowOrderLoops.Run(plan.Lanes, width, (sum, term) => sum is { } running ? running + x[term] : x[term], Butterfly, plan.StartsAtZero);
            float actual = ReductionInterpreter.Run(((SumProgram)plan.Lower(new OperatorShape(1, 1, width))).Sum, x, default);
            BitConverter.SingleToInt32Bits(actual).Should().Be(BitConverter.SingleToInt32Bits(expected), $"{text} at {width}");
        }
    }

    [Theory]
    [InlineData(0, 4, 172, 172)] // 4 rows of 172 are 43 blocks of 16
    [InlineData(0, 1, 172, 160)]
    [InlineData(2, 3, 172, 168)] // 516 elements, 32 blocks: 512 - 344
    [InlineData(1, 2, 5, 0)] // 10 elements have no full block
    public void A_scalar_loop_takes_what_blocks_over_the_tensor_leave(long row, long rows, int width, int columns)
    {
        var plan = (ActivationPlan)OperatorPlan.Parse("activation math=sleef math_block=16 math_tail=glibc math_over=tensor");
        plan.LowerRow(row, rows, width).VectorisedColumns.Should().Be(columns);
        (plan.LowerRow(row, rows, width).Text == "activation math=sleef").Should().Be(columns == width);
        (plan.LowerRow(row, rows, width).Text == "activation math=glibc").Should().Be(columns == 0);
    }

    [Fact]
    public void Sums_of_negative_zeros_have_the_sign_of_their_start()
    {
        foreach ((string plan, uint expected) in new[] { ("sum", 0x8000_0000), ("sum start=zero", 0u), ("sum lanes=8 order=pairwise", 0u), ("sum lanes=8 order=cascade accumulators=4", 0u) })
            BitConverter.SingleToUInt32Bits(ReductionInterpreter.Run(((SumProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(1, 1, 9))).Sum, [.. Enumerable.Repeat(-0f, 9)], default))
                .Should().Be(expected, plan);
    }

    private static float Butterfly(float?[] values, MergeOrder order)
    {
        float[] p = [.. values.Select(value => value!.Value)];
        for (int half = p.Length / 2; half > 0; half /= 2)
            for (int index = 0; index < half; index++)
                p[index] += p[index + half];
        return p[0];
    }
}
