using System.Runtime.InteropServices;
using PlanForensics.Numerics;

namespace PlanForensics.Diffing;

/// <summary>Counts of ulp distances by powers of two, and their extremes.</summary>
internal sealed record UlpCounts(long[] Histogram, long IncomparableCount, long Max, long FirstDifferentIndex)
{
    private const int Fp64BucketCount = 64;

    public static UlpCounts Of(UlpDistances distances)
    {
        UlpRules rules = new(distances.NaNs);
        return distances.Format switch
        {
            NumericFormat.Fp32 or NumericFormat.Tf32 => From(UlpDistance.Compare(
                MemoryMarshal.Cast<byte, float>(distances.BytesA), MemoryMarshal.Cast<byte, float>(distances.BytesB), distances.Format, rules)),
            NumericFormat.Bf16 or NumericFormat.Fp16 => From(UlpDistance.ComparePatterns(
                MemoryMarshal.Cast<byte, ushort>(distances.BytesA), MemoryMarshal.Cast<byte, ushort>(distances.BytesB), distances.Format, rules)),
            _ => Scan(distances),
        };
    }

    private static UlpCounts From(UlpSummary summary) =>
        new(summary.Histogram.ToArray(), summary.IncomparableCount, summary.MaxComparableDistance, summary.FirstDifferentIndex);

    private static UlpCounts Scan(UlpDistances distances)
    {
        long[] histogram = new long[distances.Format == NumericFormat.Fp64 ? Fp64BucketCount : UlpSummary.BucketCount];
        long incomparable = 0;
        long max = 0;
        long first = -1;
        Span<long> block = stackalloc long[UlpDistances.BlockLength];
        for (int start = 0; start < distances.Count; start += UlpDistances.BlockLength)
        {
            Span<long> part = block[..Math.Min(UlpDistances.BlockLength, distances.Count - start)];
            distances.Fill(start, part);
            if (first < 0 && part.IndexOfAnyExcept(0) is var at && at >= 0)
                first = start + at;
            foreach (long distance in part)
            {
                if (distance == UlpDistance.Incomparable)
                {
                    incomparable++;
                    continue;
                }

                max = Math.Max(max, distance);
                histogram[64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)distance)]++;
            }
        }

        return new UlpCounts(histogram, incomparable, max, first);
    }
}
