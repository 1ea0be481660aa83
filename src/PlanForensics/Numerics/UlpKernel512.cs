using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PlanForensics.Numerics;

/// <summary>Comparison with 512-bit vectors; the histogram is counted in vector lanes too, so the time does not depend on how much differs.</summary>
/// <remarks>A distance's count of leading zeros is 0 to 31 (32: equal). Each 64-bit lane holds sixteen 4-bit counters; adding 1 shifted by four times
/// the count increments one of them, and a shift by 64 or more yields 0, which selects between the two words that cover 0 to 15 and 16 to 31. The
/// 4-bit counters are emptied into bytes every 15 vectors, the bytes into the tally every 8 times that.</remarks>
internal static class UlpKernel512
{
    private const int VectorsUntilNibblesFull = 15;
    private const int VectorsUntilBytesFull = 8 * VectorsUntilNibblesFull;

    public static bool IsSupported => Avx512F.IsSupported && Avx512CD.IsSupported;

    public static int Run(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right, long startIndex, UlpTally tally)
    {
        int lanes = Vector512<uint>.Count;
        int vectors = left.Length / lanes;
        Span<byte> counters = stackalloc byte[4 * 64];
        Vector512<uint> max = Vector512<uint>.Zero;
        for (int start = 0; start < vectors; start += VectorsUntilBytesFull)
        {
            int count = Math.Min(VectorsUntilBytesFull, vectors - start) * lanes;
            max = Block(
                left.Slice(start * lanes, count), right.Slice(start * lanes, count), startIndex + ((long)start * lanes), tally, max, counters);
        }

        for (int lane = 0; lane < lanes; lane++)
            tally.Max = Math.Max(tally.Max, max[lane]);
        return vectors * lanes;
    }

    private static Vector512<uint> Block(
        ReadOnlySpan<uint> left, ReadOnlySpan<uint> right, long startIndex, UlpTally tally, Vector512<uint> max, Span<byte> counters)
    {
        UlpGrid grid = tally.Grid;
        int lanes = Vector512<uint>.Count;
        byte dropped = (byte)grid.DroppedBits;
        Vector512<int> magnitudeMask = Vector512.Create(int.MaxValue);
        Vector512<int> largest = Vector512.Create(grid.LargestNumber);
        Vector512<uint> stray = Vector512.Create(grid.StrayMask);
        Vector512<int> strict = Vector512.Create(grid.Rules.Zeros == SignedZeroPolicy.Distinct ? 0 : -1);
        Vector512<ulong> one = Vector512.Create(1UL);
        Vector512<ulong> sixtyFour = Vector512.Create(64UL);
        Vector512<ulong> evenNibbles = Vector512.Create(0x0F0F_0F0F_0F0F_0F0FUL);
        Vector512<ulong> bytes0 = default, bytes1 = default, bytes2 = default, bytes3 = default;
        bool any = false;
        ref uint leftStart = ref MemoryMarshal.GetReference(left);
        ref uint rightStart = ref MemoryMarshal.GetReference(right);
        for (int start = 0; start < left.Length; start += VectorsUntilNibblesFull * lanes)
        {
            int end = Math.Min(left.Length, start + (VectorsUntilNibblesFull * lanes));
            Vector512<ulong> lowA = default, lowB = default, highA = default, highB = default;
            for (int i = start; i < end; i += lanes)
            {
                Vector512<uint> a = Vector512.LoadUnsafe(ref leftStart, (nuint)i);
                Vector512<uint> b = Vector512.LoadUnsafe(ref rightStart, (nuint)i);
                Vector512<int> magnitudeA = a.AsInt32() & magnitudeMask;
                Vector512<int> magnitudeB = b.AsInt32() & magnitudeMask;
                if (Vector512.GreaterThanAny(Vector512.Max(magnitudeA, magnitudeB), largest) || ((a | b) & stray) != Vector512<uint>.Zero)
                {
                    tally.Add(left.Slice(i, lanes), right.Slice(i, lanes), startIndex + i);
                    continue;
                }

                Vector512<int> signA = a.AsInt32() >> 31;
                Vector512<int> signB = b.AsInt32() >> 31;
                Vector512<int> keyA = ((magnitudeA >> dropped) ^ signA) - (signA & strict);
                Vector512<int> keyB = ((magnitudeB >> dropped) ^ signB) - (signB & strict);
                Vector512<uint> distance = (Vector512.Max(keyA, keyB) - Vector512.Min(keyA, keyB)).AsUInt32();
                if (distance == Vector512<uint>.Zero)
                    continue;
                if (tally.First < 0)
                    tally.First = startIndex + i + FirstNonZero(distance);
                any = true;
                max = Vector512.Max(max, distance);
                Vector512<uint> shift = Avx512CD.LeadingZeroCount(distance) << 2;
                (Vector512<ulong> shiftA, Vector512<ulong> shiftB) = Vector512.Widen(shift);
                lowA += Avx512F.ShiftLeftLogicalVariable(one, shiftA);
                lowB += Avx512F.ShiftLeftLogicalVariable(one, shiftB);
                highA += Avx512F.ShiftLeftLogicalVariable(one, shiftA - sixtyFour);
                highB += Avx512F.ShiftLeftLogicalVariable(one, shiftB - sixtyFour);
            }

            bytes0 += (lowA & evenNibbles) + (lowB & evenNibbles);
            bytes1 += ((lowA >> 4) & evenNibbles) + ((lowB >> 4) & evenNibbles);
            bytes2 += (highA & evenNibbles) + (highB & evenNibbles);
            bytes3 += ((highA >> 4) & evenNibbles) + ((highB >> 4) & evenNibbles);
        }

        if (any)
        {
            bytes0.AsByte().CopyTo(counters);
            bytes1.AsByte().CopyTo(counters[64..]);
            bytes2.AsByte().CopyTo(counters[128..]);
            bytes3.AsByte().CopyTo(counters[192..]);
            Empty(counters, tally.Histogram);
        }

        return max;
    }

    // Byte j of a lane in vector v counts leading zeros 16 * (v / 2) + 2 * j + v % 2; the bucket is 32 less that.
    private static void Empty(ReadOnlySpan<byte> counters, Span<long> histogram)
    {
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
    }

    private static int FirstNonZero(Vector512<uint> distance) =>
        System.Numerics.BitOperations.TrailingZeroCount(~Vector512.Equals(distance, Vector512<uint>.Zero).ExtractMostSignificantBits());
}
