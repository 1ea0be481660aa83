using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PlanForensics.Numerics;

/// <summary>Comparison with 128-bit vectors: equal blocks cost a few operations, differing ones a table increment for each element.</summary>
internal static class UlpKernel128
{
    public static int Run(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right, long startIndex, UlpTally tally)
    {
        UlpGrid grid = tally.Grid;
        int lanes = Vector128<uint>.Count;
        int dropped = grid.DroppedBits;
        bool equalBitsAreEqual = dropped == 0 && grid.Rules.NaNs != NaNPolicy.Unequal;
        Vector128<int> largest = Vector128.Create(grid.LargestNumber);
        Vector128<uint> stray = Vector128.Create(grid.StrayMask);
        Vector128<int> strict = Vector128.Create(grid.Rules.Zeros == SignedZeroPolicy.Distinct ? 0 : -1);
        Vector128<uint> max = Vector128<uint>.Zero;
        Span<uint> distances = stackalloc uint[lanes];
        ref uint leftStart = ref MemoryMarshal.GetReference(left);
        ref uint rightStart = ref MemoryMarshal.GetReference(right);
        int i = 0;
        for (; i + lanes <= left.Length; i += lanes)
        {
            Vector128<uint> a = Vector128.LoadUnsafe(ref leftStart, (nuint)i);
            Vector128<uint> b = Vector128.LoadUnsafe(ref rightStart, (nuint)i);
            if (equalBitsAreEqual && a == b)
                continue;
            Vector128<int> magnitudeA = a.AsInt32() & Vector128.Create(int.MaxValue);
            Vector128<int> magnitudeB = b.AsInt32() & Vector128.Create(int.MaxValue);
            if (Vector128.GreaterThanAny(Vector128.Max(magnitudeA, magnitudeB), largest) || ((a | b) & stray) != Vector128<uint>.Zero)
            {
                tally.Add(left.Slice(i, lanes), right.Slice(i, lanes), startIndex + i);
                continue;
            }

            Vector128<int> signA = a.AsInt32() >> 31;
            Vector128<int> signB = b.AsInt32() >> 31;
            Vector128<int> keyA = ((magnitudeA >> dropped) ^ signA) - (signA & strict);
            Vector128<int> keyB = ((magnitudeB >> dropped) ^ signB) - (signB & strict);
            Vector128<uint> distance = (Vector128.Max(keyA, keyB) - Vector128.Min(keyA, keyB)).AsUInt32();
            if (distance == Vector128<uint>.Zero)
                continue;
            max = Vector128.Max(max, distance);
            distance.CopyTo(distances);
            tally.AddDistances(distances, startIndex + i);
        }

        for (int lane = 0; lane < lanes; lane++)
            tally.Max = Math.Max(tally.Max, max[lane]);
        return i;
    }
}
