using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PlanForensics.Numerics;

/// <summary>Comparison with 512-bit vectors; the histogram is counted in vector lanes too, so the time hardly depends on how much differs.</summary>
/// <remarks>A distance's count of leading zeros is 0 to 31 (32: equal). Each 64-bit lane holds sixteen 4-bit counters; adding 1 shifted by four times
/// the count increments one of them, and a shift by 64 or more yields 0, which selects between the two words that cover 0 to 15 and 16 to 31. The
/// 4-bit counters are emptied into bytes every 15 vectors (a run), the bytes into the tally every 8 runs. A run with a NaN or a value off the
/// grid is left to the scalar twin.</remarks>
internal static class UlpKernel512
{
    private const int RunVectors = 15;
    private const int RunsUntilBytesFull = 8;

    public static bool IsSupported => Avx512F.IsSupported && Avx512CD.IsSupported;

    public static int Run(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right, long startIndex, UlpTally tally)
    {
        int lanes = Vector512<uint>.Count;
        int length = left.Length / lanes * lanes;
        Span<Vector512<ulong>> bytes = stackalloc Vector512<ulong>[4];
        bytes.Clear();
        int runs = 0;
        bool isPlain = tally.Grid is { DroppedBits: 0, StrayMask: 0, Rules.Zeros: not SignedZeroPolicy.Distinct };
        for (int start = 0; start < length; start += RunVectors * lanes)
        {
            int count = Math.Min(RunVectors * lanes, length - start);
            ReadOnlySpan<uint> leftRun = left.Slice(start, count);
            ReadOnlySpan<uint> rightRun = right.Slice(start, count);
            if (!(isPlain ? CountRun<Plain>(leftRun, rightRun, tally.Grid, bytes, out uint max) : CountRun<General>(leftRun, rightRun, tally.Grid, bytes, out max)))
            {
                tally.Add(leftRun, rightRun, startIndex + start);
                continue;
            }

            if (max == 0)
                continue;
            tally.NoteFirst(leftRun, rightRun, startIndex + start);
            tally.Max = Math.Max(tally.Max, max);
            if (++runs < RunsUntilBytesFull)
                continue;
            Empty(bytes, tally.Histogram);
            runs = 0;
        }

        Empty(bytes, tally.Histogram);
        return length;
    }

    /// <summary>Counts at most 15 vectors; false, with nothing counted, when one has a pattern for the scalar twin.</summary>
    /// <remarks>Makes no calls, so that constants and counters stay in registers.</remarks>
    private static bool CountRun<TForm>(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right, UlpGrid grid, Span<Vector512<ulong>> bytes, out uint max)
        where TForm : struct, IForm
    {
        byte dropped = (byte)grid.DroppedBits;
        bool equalBitsAreEqual = dropped == 0 && grid.Rules.NaNs != NaNPolicy.Unequal;
        Vector512<int> magnitudeMask = Vector512.Create(int.MaxValue);
        Vector512<int> zeroGap = Vector512.Create(grid.Rules.Zeros == SignedZeroPolicy.Distinct ? 0 : -1);
        Vector512<ulong> one = Vector512.Create(1UL);
        Vector512<ulong> sixtyFour = Vector512.Create(64UL);
        Vector512<ulong> lowA = default, lowB = default, highA = default, highB = default;
        Vector512<uint> largestDistance = default;
        Vector512<int> highestKey = default, lowestKey = default;
        Vector512<uint> seen = default;
        ref uint leftStart = ref MemoryMarshal.GetReference(left);
        ref uint rightStart = ref MemoryMarshal.GetReference(right);
        for (int i = 0; i < left.Length; i += Vector512<uint>.Count)
        {
            Vector512<uint> a = Vector512.LoadUnsafe(ref leftStart, (nuint)i);
            Vector512<uint> b = Vector512.LoadUnsafe(ref rightStart, (nuint)i);
            if (equalBitsAreEqual && a == b)
                continue;
            Vector512<int> signA = a.AsInt32() >> 31;
            Vector512<int> signB = b.AsInt32() >> 31;
            // Flipping a negative pattern's magnitude gives -magnitude - 1, the strict key; the zero gap takes back the 1.
            Vector512<int> keyA = a.AsInt32() ^ (signA & magnitudeMask);
            Vector512<int> keyB = b.AsInt32() ^ (signB & magnitudeMask);
            keyA = TForm.IsPlain ? keyA - signA : (keyA >> dropped) - (signA & zeroGap);
            keyB = TForm.IsPlain ? keyB - signB : (keyB >> dropped) - (signB & zeroGap);
            Vector512<int> larger = Vector512.Max(keyA, keyB);
            Vector512<int> smaller = Vector512.Min(keyA, keyB);
            Vector512<uint> distance = (larger - smaller).AsUInt32();
            highestKey = Vector512.Max(highestKey, larger);
            lowestKey = Vector512.Min(lowestKey, smaller);
            if (!TForm.IsPlain)
                seen |= a | b;
            largestDistance = Vector512.Max(largestDistance, distance);
            Vector512<uint> shift = Avx512CD.LeadingZeroCount(distance) << 2;
            Vector512<ulong> shiftA = shift.AsUInt64() & Vector512.Create((ulong)uint.MaxValue);
            Vector512<ulong> shiftB = shift.AsUInt64() >>> 32;
            lowA += Avx512F.ShiftLeftLogicalVariable(one, shiftA);
            lowB += Avx512F.ShiftLeftLogicalVariable(one, shiftB);
            highA += Avx512F.ShiftLeftLogicalVariable(one, shiftA - sixtyFour);
            highB += Avx512F.ShiftLeftLogicalVariable(one, shiftB - sixtyFour);
        }

        max = 0;
        int largest = grid.LargestNumber >> dropped;
        if (Vector512.GreaterThanAny(highestKey, Vector512.Create(largest))
            || Vector512.LessThanAny(lowestKey, Vector512.Create(-largest) + ~zeroGap)
            || (seen & Vector512.Create(grid.StrayMask)) != Vector512<uint>.Zero)
            return false;
        if (largestDistance == Vector512<uint>.Zero)
            return true;
        max = Largest(largestDistance);
        AddNibbles(lowA, lowB, bytes);
        AddNibbles(highA, highB, bytes[2..]);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddNibbles(Vector512<ulong> a, Vector512<ulong> b, Span<Vector512<ulong>> bytes)
    {
        Vector512<ulong> evenNibbles = Vector512.Create(0x0F0F_0F0F_0F0F_0F0FUL);
        bytes[0] += (a & evenNibbles) + (b & evenNibbles);
        bytes[1] += ((a >> 4) & evenNibbles) + ((b >> 4) & evenNibbles);
    }

    private static uint Largest(Vector512<uint> values)
    {
        Vector256<uint> half = Vector256.Max(values.GetLower(), values.GetUpper());
        uint largest = 0;
        for (int lane = 0; lane < Vector256<uint>.Count; lane++)
            largest = Math.Max(largest, half[lane]);
        return largest;
    }

    // Byte j of a lane in vector v counts leading zeros 16 * (v / 2) + 2 * j + v % 2; the bucket is 32 less that.
    private static void Empty(Span<Vector512<ulong>> bytes, Span<long> histogram)
    {
        ReadOnlySpan<byte> counters = MemoryMarshal.AsBytes(bytes);
        for (int vector = 0; vector < 4; vector++)
        {
            for (int position = 0; position < 8; position++)
            {
                long sum = 0;
                for (int lane = 0; lane < 8; lane++)
                    sum += counters[(vector * 64) + (lane * 8) + position];
                histogram[32 - ((16 * (vector / 2)) + (2 * position) + (vector % 2))] += sum;
            }
        }

        bytes.Clear();
    }

    /// <summary>Which patterns a run holds; one struct each, so that the JIT leaves out what a run does not need.</summary>
    private interface IForm
    {
        static abstract bool IsPlain { get; }
    }

    /// <summary>Every bit pattern is on the grid and both zeros are one: fp32 as usual.</summary>
    private readonly struct Plain : IForm
    {
        public static bool IsPlain => true;
    }

    private readonly struct General : IForm
    {
        public static bool IsPlain => false;
    }
}
