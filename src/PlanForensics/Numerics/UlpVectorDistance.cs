using System.Numerics;
using System.Runtime.InteropServices;

namespace PlanForensics.Numerics;

/// <summary>Writes the distance of each pair of patterns; vectors without NaN run wide.</summary>
internal static class UlpVectorDistance
{
    public static void Fill(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right, Span<long> destination, UlpGrid grid)
    {
        int lanes = Vector<int>.Count;
        int vectors = Vector.IsHardwareAccelerated ? left.Length / lanes : 0;
        var magnitudeMask = new Vector<int>(int.MaxValue);
        var largest = new Vector<int>(grid.LargestNumber);
        var strict = new Vector<int>(grid.Rules.Zeros == SignedZeroPolicy.Distinct ? 0 : -1);
        ReadOnlySpan<Vector<int>> from = MemoryMarshal.Cast<uint, Vector<int>>(left);
        ReadOnlySpan<Vector<int>> with = MemoryMarshal.Cast<uint, Vector<int>>(right);
        Span<Vector<ulong>> to = MemoryMarshal.Cast<long, Vector<ulong>>(destination);
        for (int i = 0; i < vectors; i++)
        {
            Vector<int> magnitudeA = from[i] & magnitudeMask;
            Vector<int> magnitudeB = with[i] & magnitudeMask;
            if (Vector.GreaterThanAny(Vector.Max(magnitudeA, magnitudeB), largest))
            {
                Scalar(left, right, destination, grid, i * lanes, lanes);
                continue;
            }

            Vector<int> signA = from[i] >> 31;
            Vector<int> signB = with[i] >> 31;
            Vector<int> keyA = ((magnitudeA >> grid.DroppedBits) ^ signA) - (signA & strict);
            Vector<int> keyB = ((magnitudeB >> grid.DroppedBits) ^ signB) - (signB & strict);
            Vector.Widen(Vector.AsVectorUInt32(Vector.Max(keyA, keyB) - Vector.Min(keyA, keyB)), out to[2 * i], out to[(2 * i) + 1]);
        }

        Scalar(left, right, destination, grid, vectors * lanes, left.Length - (vectors * lanes));
    }

    private static void Scalar(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right, Span<long> destination, UlpGrid grid, int start, int count)
    {
        for (int i = start; i < start + count; i++)
            destination[i] = grid.Distance(left[i], right[i]);
    }
}
