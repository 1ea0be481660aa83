using CsCheck;
using FluentAssertions;
using PlanForensics.Conformance;
using PlanForensics.Kernels.Reference;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using Xunit;

namespace PlanForensics.Gpu.Tests;

public sealed class GpuTensorsTests(CpuDeviceFixture fixture) : IClassFixture<CpuDeviceFixture>
{
    private readonly GpuTensors _tensors = new(fixture.Device);

    [Fact]
    public void The_greedy_token_is_the_hosts() => Gen.Select(Gen.Int[1, 700], Gen.Int[0, ConformanceValues.Kinds - 1], Gen.Int[0, 9999], Gen.Bool).Sample(
        (columns, kind, seed, last) =>
        {
            float[] logits = ConformanceValues.Create(kind, seed, 2 * columns);
            TieRule tie = last ? TieRule.Last : TieRule.First;
            return _tensors.Argmax(logits, columns, tie).SequenceEqual([GreedyChoice.Of(logits.AsSpan(0, columns), tie), GreedyChoice.Of(logits.AsSpan(columns), tie)]);
        },
        iter: 40, threads: 1);

    [Fact]
    public void Ulp_counts_are_the_hosts() => Gen.Select(
        Gen.Int[0, 600], Gen.Int[0, ConformanceValues.Kinds - 1], Gen.Int[0, 9999], Gen.Int[0, 3], Gen.Select(Gen.Int[0, 2], Gen.Int[0, 1])).Sample(
        (count, kind, seed, which, rules) =>
        {
            NumericFormat format = new[] { NumericFormat.Fp32, NumericFormat.Tf32, NumericFormat.Bf16, NumericFormat.Fp16 }[which];
            float[] left = [.. ConformanceValues.Create(kind, seed, count).Select(value => Rounding.ToFormat(value, format))];
            float[] right = [.. left.Select((value, index) => index % 3 == 0 ? Rounding.ToFormat(value * 1.01f, format) : value)];
            UlpSummary host = UlpDistance.Compare(left, right, format, new UlpRules((NaNPolicy)rules.Item1, (SignedZeroPolicy)rules.Item2));
            UlpSummary device = _tensors.Compare(left, right, format, (NaNPolicy)rules.Item1, (SignedZeroPolicy)rules.Item2);
            return (device.EqualCount, device.DifferentCount, device.IncomparableCount, device.MaxDistance, device.FirstDifferentIndex)
                == (host.EqualCount, host.DifferentCount, host.IncomparableCount, host.MaxDistance, host.FirstDifferentIndex) && device.Histogram.SequenceEqual(host.Histogram);
        },
        iter: 60, threads: 1);

    [Fact]
    public void A_value_that_the_format_does_not_have_is_refused()
    {
        Action compare = () => _tensors.Compare([1f, 1.001f], [1f, 1f], NumericFormat.Bf16);
        compare.Should().Throw<ArgumentException>().WithMessage("*at index 1 is not representable in bf16*");
        ((Action)(() => _tensors.Compare([1f], [1f], NumericFormat.Fp8E4M3))).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData("all_reduce ranks=4")]
    [InlineData("all_reduce algorithm=ring ranks=4 pack=8")]
    [InlineData("all_reduce algorithm=two_shot ranks=4 wire=fp16 pack=8")]
    [InlineData("all_reduce algorithm=tree ranks=5 wire=fp32")]
    public void An_all_reduce_adds_in_the_plans_order(string text)
    {
        var plan = (AllReducePlan)OperatorPlan.Parse(text);
        const int rows = 6;
        const int columns = 24;
        var program = (GemmProgram)plan.Lower(new OperatorShape(rows, columns, 1));
        float[] partials = ConformanceValues.Create(0, 7, plan.Ranks * rows * columns);
        float[] sum = new float[rows * columns];
        fixture.Kernels.AllReduce(program, columns, partials, sum);
        foreach (ProgramRegion region in program.Regions)
            for (int row = region.RowStart; row < region.RowStart + region.RowCount; row++)
                for (int column = region.ColumnStart; column < region.ColumnStart + region.ColumnCount; column++)
                {
                    int at = (row * columns) + column;
                    float[] own = [.. Enumerable.Range(0, plan.Ranks).Select(rank => partials[(rank * rows * columns) + at])];
                    BitConverter.SingleToUInt32Bits(sum[at]).Should().Be(BitConverter.SingleToUInt32Bits(ReductionInterpreter.Run(region.Program, own, own)));
                }
    }
}
