using System.Runtime.InteropServices;
using FluentAssertions;
using PlanForensics.Conformance;
using PlanForensics.Kernels;
using PlanForensics.Kernels.Reference;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Kernels;

/// <summary>What the conformance suite stands on: it sees a wrong order, threads do not show, and some bits are known by hand.</summary>
public sealed class KernelBitsTests
{
    public static TheoryData<string> Variants => KernelConformanceTests.Variants;

    public static TheoryData<string, string> Pairs
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string name in KernelSelection.Available.Select(static kernels => kernels.Name))
                foreach (string other in (string[])["gemm step=muladd", "gemm split_k=2", "gemm lanes=4", "gemm k_block=4", "gemm operand=bf16", "gemm acc=fp64", "gemm out=bf16"])
                    data.Add(name, other);
            return data;
        }
    }

    // Each sum is worked out by hand: 2^24 + 1 is a tie and rounds to even, 2^24 + 2 is exact.
    [Theory]
    [InlineData("k=3 a=fp32 b=fp32 : fp32(fma 0..2) -> round fp32", 0x4B80_0000)] // (2^24 + 1) + 1 = 2^24
    [InlineData("k=3 a=fp32 b=fp32 : fp32(fma 0, fp32(fma 1..2)) -> round fp32", 0x4B80_0001)] // 2^24 + (1 + 1)
    [InlineData("k=3 a=fp32 b=fp32 : fp32(fma 2..0:-1) -> round fp32", 0x4B80_0001)]
    [InlineData("k=3 a=fp32 b=fp32 : fp64(fma 0..2) -> round fp32", 0x4B80_0001)]
    [InlineData("k=3 a=fp32 b=fp32 : bf16(fma 2..0:-1) -> round fp32", 0x4B80_0000)] // 2^24 + 2 has no bf16
    [InlineData("k=3 a=fp32 b=fp32 : fp16(fma 0..2) -> round fp32", 0x7F80_0000)] // 2^24 overflows fp16
    public void Every_kernel_gives_the_bits_worked_out_by_hand(string text, uint expected)
    {
        GemmProgram program = GemmProgram.Whole(new OperatorShape(2, 40, 3), ReductionProgram.Parse(text));
        var weights = new WeightMatrix(40, 3, Repeat([4096f, 1f, 1f], 40));
        foreach (IOperatorKernels kernels in KernelSelection.Available)
        {
            float[] c = new float[80];
            kernels.Gemm(program, Repeat([4096f, 1f, 1f], 2), weights, default, c);
            c.Should().AllSatisfy(value => BitConverter.SingleToUInt32Bits(value).Should().Be(expected, kernels.Name));
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_different_program_gives_different_bits(string name, string plan)
    {
        var shape = new OperatorShape(3, 65, 301);
        ConformanceCase standard = ConformanceCases.Gemm(OperatorPlan.Parse("gemm"), shape, 0, 7)!;
        ConformanceCase other = ConformanceCases.Gemm(OperatorPlan.Parse(plan), shape, 0, 7)!;
        IOperatorKernels kernels = KernelSelection.Get(name);
        standard.FirstDifference(standard.Run(ReferenceKernels.Instance), other.Run(kernels)).Should().NotBeNull("the suite must see that the order or a rounding changed");
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Threads_do_not_show(string name)
    {
        // Enough work for several threads: 33 x 300 x 1031 and 8 heads of 64 over 3,000 keys.
        ConformanceCase product = ConformanceCases.Gemm(OperatorPlan.Parse("gemm split_k=3 staging=bf16"), new OperatorShape(33, 1031, 300, HasBias: true), 2, 5)!;
        float[] single = product.Run(KernelSelection.Create(name, 1));
        var cache = new KeyValueCache(8, 64);
        for (int position = 0; position < 3000; position++)
            cache.Append(ConformanceValues.Create(0, position, 512), ConformanceValues.Create(0, -position, 512));
        var attention = (AttentionProgram)OperatorPlan.Parse("attention algorithm=split_kv splits=3").Lower(new OperatorShape(1, 3000, 64));
        float[] query = ConformanceValues.Create(0, 9, 1024);
        float[] attended = new float[1024];
        KernelSelection.Create(name, 1).Attention(attention, query, cache, attended);
        foreach (int threads in (int[])[2, 3, 16])
        {
            IOperatorKernels kernels = KernelSelection.Create(name, threads);
            float[] output = new float[1024];
            kernels.Attention(attention, query, cache, output);
            Bits(output).Should().Equal(Bits(attended));
            Bits(product.Run(kernels)).Should().Equal(Bits(single));
        }
    }

    [Fact]
    public void The_suite_sees_one_changed_bit()
    {
        ConformanceCase product = ConformanceCases.Gemm(OperatorPlan.Parse("gemm lanes=4"), new OperatorShape(1, 9, 100), 0, 1)!;
        float[] expected = product.Run(ReferenceKernels.Instance);
        float[] wrong = (float[])expected.Clone();
        wrong[8] = MathF.BitIncrement(wrong[8]);
        product.FirstDifference(expected, expected).Should().BeNull();
        product.FirstDifference(expected, wrong).Should().Contain("element 8 of 9");
    }

    private static int[] Bits(float[] values) => MemoryMarshal.Cast<float, int>(values).ToArray();

    private static float[] Repeat(float[] row, int times) => [.. Enumerable.Repeat(row, times).SelectMany(static values => values)];
}
