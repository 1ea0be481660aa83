using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FluentAssertions;
using PlanForensics.Conformance;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Kernels;

/// <summary>Weights that stay in the format in which they are stored: half the bytes for bf16, and no other bit.</summary>
public sealed class StoredWeightsTests
{
    private const int Outputs = 300;
    private const int Depth = 77;

    public static TheoryData<string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (string plan in (string[])
            [
                "gemm", "gemm step=muladd", "gemm split_k=3", "gemm lanes=8", "gemm k_block=16", "gemm acc=bf16 step=muladd", "gemm acc=fp64", "gemm operand=fp16",
                "gemm operand=bf16 step=bf16pair", "gemm operand=tf32", "gemm step=dot<4,24,rz> operand=bf16",
            ])
                foreach (int rows in (int[])[1, 2, 5, 13])
                    cases.Add(plan, rows);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Stored_as_bf16_or_widened_makes_no_difference(string plan, int rows)
    {
        float[] values = ConformanceValues.Create(4, 7, Outputs * Depth);
        ConformanceValues.Create(2, 8, values.Length / 2).CopyTo(values, 0);
        Rounding.RoundInPlace(values, NumericFormat.Bf16);
        float[] a = ConformanceValues.Create(0, 9, rows * Depth);
        var program = (GemmProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(rows, Outputs, Depth));
        uint[] expected = Run(KernelSelection.Get("reference"), program, a, new WeightMatrix(Outputs, Depth, values));
        values[^1] = 3;
        uint[] other = Run(KernelSelection.Get("reference"), program, a, new WeightMatrix(Outputs, Depth, values));
        other.Should().NotEqual(expected, "a weight was changed");
        values[^1] = 4;
        WeightMatrix stored = WeightMatrix.From(TensorValue.FromRounded(NumericFormat.Bf16, values, Outputs, Depth));
        expected = Run(KernelSelection.Get("reference"), program, a, new WeightMatrix(Outputs, Depth, values));
        foreach (IOperatorKernels kernels in KernelSelection.Available)
            Run(kernels, program, a, stored).Should().Equal(expected, "{0} reads bf16 weights exactly", kernels.Name);
    }

    // Panels of 32 columns are widened for several blocks of rows up to 4,096 terms, and read as they are beyond.
    [Theory]
    [InlineData(4096)]
    [InlineData(4097)]
    public void Panels_that_are_widened_once_and_those_that_are_not_give_the_same_bits(int depth)
    {
        float[] values = ConformanceValues.Create(0, 5, 35 * depth);
        Rounding.RoundInPlace(values, NumericFormat.Bf16);
        float[] a = ConformanceValues.Create(0, 6, 30 * depth);
        var program = (GemmProgram)OperatorPlan.Parse("gemm split_k=2").Lower(new OperatorShape(30, 35, depth));
        uint[] expected = Run(KernelSelection.Get("reference"), program, a, new WeightMatrix(35, depth, values));
        foreach (IOperatorKernels kernels in KernelSelection.Available)
            Run(kernels, program, a, WeightMatrix.From(TensorValue.FromRounded(NumericFormat.Bf16, values, 35, depth))).Should().Equal(expected, "{0}", kernels.Name);
    }

    [Theory]
    [InlineData(NumericFormat.Bf16, 33, 7)]
    [InlineData(NumericFormat.Bf16, 64, 1)]
    [InlineData(NumericFormat.Fp32, 33, 7)]
    [InlineData(NumericFormat.Fp32, 1, 40)]
    [InlineData(NumericFormat.Fp16, 33, 7)]
    public void A_packed_tensor_is_held_once_and_gives_back_every_bit(NumericFormat format, int outputs, int depth)
    {
        byte[] bytes = new byte[outputs * depth * NumericFormats.BytesPerElement(format)];
        new Random(5).NextBytes(bytes); // every pattern: NaN payloads, infinities, subnormals
        TensorValue tensor = TensorValue.FromBytes(format, bytes, outputs, depth);
        WeakReference before = Held(tensor);
        WeightMatrix matrix = WeightMatrix.From(tensor);
        float[][] rows = Rows(matrix);
        float[] a = ConformanceValues.Create(0, 9, depth);
        var program = (GemmProgram)new GemmPlan().Lower(new OperatorShape(1, outputs, depth));

        foreach (IOperatorKernels kernels in KernelSelection.Available)
            kernels.Gemm(program, a, matrix, [], new float[outputs]);

        GC.Collect();
        before.IsAlive.Should().Be(format == NumericFormat.Fp16 || KernelSelection.Available.Count == 1, "fp16 is packed in four bytes and stays as stored");
        tensor.Bytes.ToArray().Should().Equal(bytes);
        tensor.Sha256.Should().Be(Convert.ToHexStringLower(SHA256.HashData(bytes)));
        tensor.Should().Be(TensorValue.FromBytes(format, bytes, outputs, depth));
        Rows(matrix).Select(Bits).Should().BeEquivalentTo(rows.Select(Bits), options => options.WithStrictOrdering());
        WeightMatrix.From(tensor).ContentHash.Should().Be(matrix.ContentHash, "another matrix of the same tensor reads the same");
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference Held(TensorValue tensor)
    {
        MemoryMarshal.TryGetArray(tensor.Bytes, out ArraySegment<byte> segment).Should().BeTrue();
        return new WeakReference(segment.Array);
    }

    private static uint[] Bits(float[] row) => MemoryMarshal.Cast<float, uint>(row).ToArray();

    private static float[][] Rows(WeightMatrix matrix) => [.. Enumerable.Range(0, matrix.Outputs).Select(output =>
    {
        float[] row = new float[matrix.Depth];
        matrix.CopyRow(output, row);
        return row;
    })];

    [Theory]
    [InlineData(NumericFormat.Bf16)]
    [InlineData(NumericFormat.Fp16)]
    [InlineData(NumericFormat.Fp32)]
    public void Rows_values_and_hash_are_those_of_the_widened_matrix(NumericFormat format)
    {
        float[] values = ConformanceValues.Create(0, 3, 6 * 5);
        Rounding.RoundInPlace(values, format);
        WeightMatrix stored = WeightMatrix.From(TensorValue.FromRounded(format, values, 6, 5));
        stored.Format.Should().Be(format);
        float[] row = new float[5];
        stored.CopyRow(4, row);
        row.Should().Equal(values[20..25]);
        stored.Values.ToArray().Should().Equal(values);
        stored.ContentHash.Should().Be(Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values.AsSpan())))).And.Be(new WeightMatrix(6, 5, values).ContentHash);
        FluentActions.Invoking(() => stored.CopyRow(6, new float[5])).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => stored.CopyRow(0, new float[4])).Should().Throw<ArgumentException>().WithMessage("expected 5 values; got 4*");
    }

    [Fact]
    public void Bf16_weights_are_packed_in_two_bytes_an_element()
    {
        float[] values = new float[1024 * 1024];
        WeightMatrix narrow = WeightMatrix.From(TensorValue.FromRounded(NumericFormat.Bf16, values, 1024, 1024));
        var wide = new WeightMatrix(1024, 1024, values);
        var program = (GemmProgram)OperatorPlan.Parse("gemm").Lower(new OperatorShape(1, 1024, 1024));
        Packing(narrow, program).Should().BeInRange(2 << 20, (2 << 20) + (1 << 18));
        Packing(wide, program).Should().BeInRange(4 << 20, (4 << 20) + (1 << 18));
    }

    private static long Packing(WeightMatrix weights, GemmProgram program)
    {
        IOperatorKernels kernels = KernelSelection.Create(KernelSelection.Available[0].Name, threads: 1);
        float[] a = new float[1024], c = new float[1024];
        kernels.Gemm(program, a, new WeightMatrix(1024, 1024, new float[1024 * 1024]), [], c); // whatever is made once, is made here
        long before = GC.GetAllocatedBytesForCurrentThread();
        kernels.Gemm(program, a, weights, [], c);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static uint[] Run(IOperatorKernels kernels, GemmProgram program, float[] a, WeightMatrix weights)
    {
        float[] c = new float[program.Regions[0].RowCount * weights.Outputs];
        kernels.Gemm(program, a, weights, [], c);
        return [.. c.Select(BitConverter.SingleToUInt32Bits)];
    }
}
