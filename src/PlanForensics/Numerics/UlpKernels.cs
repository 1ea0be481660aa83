using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PlanForensics.Numerics;

/// <summary>Chooses a comparison kernel and feeds it. All kernels give one result; tests run each that the machine has.</summary>
internal static class UlpKernels
{
    private const int BlockLength = 1024;

    /// <summary>Vector width in bits of the widest kernel here; 0 is the scalar one.</summary>
    public static int Best { get; } =
        UlpKernel512.IsSupported ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;

    public static bool IsAvailable(int width) => width switch
    {
        0 => true,
        128 => Vector128.IsHardwareAccelerated,
        256 => Vector256.IsHardwareAccelerated,
        512 => UlpKernel512.IsSupported,
        _ => false,
    };

    public static UlpSummary Compare(ReadOnlySpan<float> left, ReadOnlySpan<float> right, NumericFormat format, UlpRules rules, int width)
    {
        SpanChecks.SameLength(left, right);
        var tally = new UlpTally(UlpGrid.Of(format, rules), format);
        if (UlpPatterns.AreBits(format))
        {
            Run(MemoryMarshal.Cast<float, uint>(left), MemoryMarshal.Cast<float, uint>(right), 0, tally, width);
            return tally.ToSummary(left.Length);
        }

        Span<uint> leftBlock = stackalloc uint[BlockLength];
        Span<uint> rightBlock = stackalloc uint[BlockLength];
        for (int start = 0; start < left.Length; start += BlockLength)
        {
            int length = Math.Min(BlockLength, left.Length - start);
            UlpPatterns.Fill(left.Slice(start, length), format, start, leftBlock);
            UlpPatterns.Fill(right.Slice(start, length), format, start, rightBlock);
            Run(leftBlock[..length], rightBlock[..length], start, tally, width);
        }

        return tally.ToSummary(left.Length);
    }

    public static UlpSummary ComparePatterns(
        ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, NumericFormat format, UlpRules rules, int width)
    {
        UlpPatterns.CheckSixteenBit(format);
        SpanChecks.SameLength(left, right);
        var tally = new UlpTally(UlpGrid.Of(format, rules), format);
        Span<float> leftBlock = stackalloc float[BlockLength];
        Span<float> rightBlock = stackalloc float[BlockLength];
        for (int start = 0; start < left.Length; start += BlockLength)
        {
            int length = Math.Min(BlockLength, left.Length - start);
            // Left-aligning a 16-bit pattern is what widening bf16 does, whatever format the pattern has.
            SixteenBitKernel.WidenBf16(left.Slice(start, length), leftBlock[..length]);
            SixteenBitKernel.WidenBf16(right.Slice(start, length), rightBlock[..length]);
            Run(MemoryMarshal.Cast<float, uint>(leftBlock[..length]), MemoryMarshal.Cast<float, uint>(rightBlock[..length]), start, tally, width);
        }

        return tally.ToSummary(left.Length);
    }

    private static void Run(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right, long startIndex, UlpTally tally, int width)
    {
        int done = width switch
        {
            512 => UlpKernel512.Run(left, right, startIndex, tally),
            256 => UlpKernel256.Run(left, right, startIndex, tally),
            128 => UlpKernel128.Run(left, right, startIndex, tally),
            _ => 0,
        };
        tally.Add(left[done..], right[done..], startIndex + done);
    }
}
