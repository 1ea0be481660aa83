using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PlanForensics.Numerics;

/// <summary>Comparison with 256-bit vectors: equal blocks cost a few operations, differing ones a table increment for each element.</summary>
internal static class UlpKernel256
{
    public static int Run(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right, long startIndex, UlpTally tally)
    {
        UlpGrid grid = tally.Grid;
        int lanes = Vector256<uint>.Count;
        int dropped = grid.DroppedBits;
        bool equalBitsAreEqual = dropped == 0 && grid.Rules.NaNs != NaNPolicy.Unequal;
        Vector256<int> largest = Vector256.Create(grid.LargestNumber);
        Vector256<uint> stray = Vector256.Create(grid.StrayMask);
        Vector256<int> strict = Vector256.Create(grid.Rules.Zeros == SignedZeroPolicy.Distinct ? 0 : -1);
        Vector256<uint> max = Vector256<uint>.Zero;
        Span<uint> distances = stackalloc uint[lanes];
        ref uint leftStart = ref MemoryMarshal.GetReference(left);
        ref uint rightStart = ref MemoryMarshal.GetReference(right);
        int i = 0;
        for (; i + lanes <= left.Length; i += lanes)
        {
            Vector256<uint> a = Vector256.LoadUnsafe(ref leftStart, (nuint)i);
            Vector256<uint> b = Vector256.LoadUnsafe(ref rightStart, (nuint)i);
            if (equalBitsAreEqual && a == b)
                continue;
            Vector256<int> magnitudeA = a.AsInt32() & Vector256.Create(int.MaxValue);
            Vector256<int> magnitudeB = b.AsInt32() & Vector256.Create(int.MaxValue);
            if (Vector256.GreaterThanAny(Vector256.Max(magnitudeA, magnitudeB), largest) || ((a | b) & stray) != Vector256<uint>.Zero)
            {
                tally.Add(left.Slice(i, lanes), right.Slice(i, lanes), startIndex + i);
                continue;
            }

            Vector256<int> signA = a.AsInt32() >> 31;
            Vector256<int> signB = b.AsInt32() >> 31;
            Vector256<int> keyA = ((magnitudeA >> dropped) ^ signA) - (signA & strict);
            Vector256<int> keyB = ((magnitudeB >> dropped) ^ signB) - (signB & strict);
            Vector256<uint> distance = (Vector256.Max(keyA, keyB) - Vector256.Min(keyA, keyB)).AsUInt32();
            if (distance == Vector256<uint>.Zero)
                continue;
            max = Vector256.Max(max, distance);
            distance.CopyTo(distances);
            tally.AddDistances(distances, startIndex + i);
        }

        for (int lane = 0; lane < lanes; lane++)
            tally.Max = Math.Max(tally.Max, max[lane]);
        return i;
    }
}
