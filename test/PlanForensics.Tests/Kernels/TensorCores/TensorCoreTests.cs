using CsCheck;
using FluentAssertions;
using PlanForensics.Conformance;
using PlanForensics.Kernels.Reference;
using PlanForensics.Kernels.TensorCores;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Kernels.TensorCores;

public sealed class TensorCoreTests
{
    // a = (-2^13, -0.5, -0.25, -0.125), b = (2^10, 1, 1, 1), c = 2^23. The largest exponent is 23. F = 23 drops all below 2^0, F = 24 all below 2^-1, F = 25 all below 2^-2, F = 13 all
    // below 2^10; the exact sum is -0.875.
    [Theory]
    [InlineData("V100", NumericFormat.Fp16, 0x0000_0000)]
    [InlineData("T4", NumericFormat.Fp16, 0xBF00_0000)]
    [InlineData("A30", NumericFormat.Fp16, 0xBF00_0000)]
    [InlineData("Ada", NumericFormat.Bf16, 0xBF00_0000)]
    [InlineData("H200", NumericFormat.Fp16, 0xBF40_0000)]
    [InlineData("B200", NumericFormat.Bf16, 0xBF40_0000)]
    [InlineData("L40S", NumericFormat.Fp8E5M2, 0x0000_0000)]
    public void Truncation_at_alignment_shows_in_the_bits_worked_out_by_hand(string gpu, NumericFormat operand, uint expected)
    {
        TensorCoreModel model = TensorCoreCatalog.Get(gpu, operand, NumericFormat.Fp32);

        Bits(TensorCore.MultiplyAdd(model, [-8192, -0.5f, -0.25f, -0.125f], [1024, 1, 1, 1], 8388608)).Should().Be(expected);
    }

    // B200's fp8: -2^23 - 0.75 from +0.0 is truncated to the 24 bits of -2^23, then 2^23 is added. Within the block the answer would be -0.75.
    [Fact]
    public void A_late_accumulator_is_added_to_the_finished_sum()
    {
        TensorCoreModel model = TensorCoreCatalog.Get("B200", NumericFormat.Fp8E5M2, NumericFormat.Fp32);

        Bits(TensorCore.MultiplyAdd(model, [-8192, -0.5f, -0.25f, -0.125f], [1024, 1, 1, 1], 8388608)).Should().Be(0x0000_0000);
        Bits(TensorCore.MultiplyAdd(model with { Accumulator = TensorCoreAccumulator.InBlock }, [-8192, -0.5f, -0.25f, -0.125f], [1024, 1, 1, 1], 8388608)).Should().Be(0xBF40_0000);
    }

    [Fact]
    public void Chains_from_zero_give_the_bits_of_the_reference_interpreter() =>
        Gen.Select(Gen.Int[0, TensorCoreCatalog.All.Length - 1], Gen.Int[1, 70], Gen.Int[0, ConformanceValues.Kinds - 1], Gen.Int[0, 1 << 20]).Sample(
            (index, depth, kind, seed) =>
            {
                TensorCoreModel model = TensorCoreCatalog.All[index];
                if (model.TakesPairsInTurn || model.Accumulator == TensorCoreAccumulator.Late)
                    return;
                float[] a = Operand(kind, seed, depth, model.Operand);
                float[] b = Operand(kind, seed + 1, depth, model.Operand);
                ReductionProgram program = ((GemmProgram)model.ToPlan().Lower(new OperatorShape(1, 1, depth))).Regions[0].Program;
                float expected = ReductionInterpreter.Run(program, a, b);
                float actual = TensorCore.MultiplyAdd(model, a, b, 0);
                if (float.IsNaN(expected) ? !float.IsNaN(actual) : Bits(expected) != Bits(actual))
                    throw new InvalidOperationException($"{model.Gpu} {model.Operand} {model.Text}, K = {depth}: 0x{Bits(actual):X8}, expected 0x{Bits(expected):X8}");
            },
            iter: 3000, threads: 1);

    [Fact]
    public void A_tile_gives_the_bits_of_its_outputs_one_by_one() =>
        Gen.Select(Gen.Int[0, TensorCoreCatalog.All.Length - 1], Gen.Int[1, 17], Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[0, ConformanceValues.Kinds - 1], Gen.Int[0, 1 << 20]).Sample(
            (index, rows, columns, depth, kind, seed) =>
            {
                TensorCoreModel model = TensorCoreCatalog.All[index] with { Accumulator = TensorCoreAccumulator.InBlock, TakesPairsInTurn = false };
                float[] a = Operand(kind, seed, rows * depth, model.Operand);
                float[] b = Operand(kind, seed + 1, depth * columns, model.Operand);
                float[] c = Operand(kind, seed + 2, rows * columns, model.Output);
                float[] d = new float[c.Length];
                TensorCore.MultiplyAddTile(model, (rows, columns, depth), a, b, c, d);
                for (int output = 0; output < d.Length; output++)
                {
                    (int row, int column) = (output / columns, output % columns);
                    float[] right = [.. Enumerable.Range(0, depth).Select(k => b[(k * columns) + column])];
                    float expected = TensorCore.MultiplyAdd(model, a.AsSpan(row * depth, depth), right, c[output]);
                    if (Bits(expected) != Bits(d[output]))
                        throw new InvalidOperationException($"{model.Text} {rows} x {columns} x {depth}, output {output}: 0x{Bits(d[output]):X8}, expected 0x{Bits(expected):X8}");
                }
            },
            iter: 300, threads: 1);

    [Fact]
    public void Not_a_number_is_canonical_and_infinities_add_as_IEEE_754_says()
    {
        TensorCoreModel model = TensorCoreCatalog.Get("A100", NumericFormat.Bf16, NumericFormat.Fp32);

        Bits(TensorCore.MultiplyAdd(model, [float.PositiveInfinity], [0], 1)).Should().Be(0x7FFF_FFFF);
        Bits(TensorCore.MultiplyAdd(model, [float.PositiveInfinity, 1], [1, float.NegativeInfinity], 1)).Should().Be(0x7FFF_FFFF);
        Bits(TensorCore.MultiplyAdd(model, [float.NegativeInfinity], [2], float.MaxValue)).Should().Be(0xFF80_0000);
        Bits(TensorCore.MultiplyAdd(model, [1], [1], float.NaN)).Should().Be(0x7FFF_FFFF);
    }

    [Fact]
    public void Models_are_found_whatever_the_case_and_unknown_ones_are_refused()
    {
        TensorCoreCatalog.Find("h100", NumericFormat.Tf32, NumericFormat.Fp32)!.Text.Should().Be("dot<8,25,rz>");
        TensorCoreCatalog.Get("H100", NumericFormat.Fp8E4M3, NumericFormat.Fp16).Text.Should().Be("dot<16,25,rne16> accumulator=late terms=pairs");
        TensorCoreCatalog.Find("V100", NumericFormat.Bf16, NumericFormat.Fp32).Should().BeNull("Volta multiplies fp16 only");
        TensorCoreCatalog.All.Select(model => (model.Gpu, model.Operand, model.Output)).Should().OnlyHaveUniqueItems();
        FluentActions.Invoking(() => TensorCoreCatalog.Get("P100", NumericFormat.Fp16, NumericFormat.Fp32)).Should().Throw<ArgumentException>().WithMessage("*V100, T4, A100*");
        FluentActions.Invoking(() => TensorCoreCatalog.Get("H100", NumericFormat.Fp8E4M3, NumericFormat.Fp16).ToPlan()).Should().Throw<PlanNotSupportedException>();
        TensorCoreCatalog.Get("B200", NumericFormat.Fp8E4M3, NumericFormat.Fp32).ToPlan().Text.Should().Contain("k_block=32");
    }

    private static uint Bits(float value) => BitConverter.SingleToUInt32Bits(value);

    private static float[] Operand(int kind, int seed, int count, NumericFormat format)
    {
        float[] values = ConformanceValues.Create(kind, seed, count);
        for (int index = 0; index < count; index++)
            values[index] = format == NumericFormat.Tf32 ? Tf32.Truncate(values[index]) : Rounding.ToFormat(values[index], format);
        return values;
    }
}
