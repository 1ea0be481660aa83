using PlanForensics.Numerics;

namespace PlanForensics.Diffing;

/// <summary>Finds the distances of given ranks exactly: a radix selection, 16 bits a pass, that keeps counts and never the distances.</summary>
/// <remarks>Distances below 65536 take one pass, all others of 32 bits two. Memory: 512 KiB for each distinct digit prefix that a rank falls into.</remarks>
internal static class RankSelection
{
    private const int DigitBits = 16;

    /// <summary>The distances of 0-based ranks among the comparable distances other than 0, in ascending order of distance.</summary>
    public static long[] Select(UlpDistances distances, long max, ReadOnlySpan<long> ranks)
    {
        long[] prefixes = new long[ranks.Length];
        long[] remaining = ranks.ToArray();
        for (int shift = HighestDigit(max) * DigitBits; shift >= 0 && ranks.Length > 0; shift -= DigitBits)
        {
            long[] open = [.. prefixes.Distinct()];
            long[][] counts = Count(distances, open, shift);
            for (int i = 0; i < prefixes.Length; i++)
            {
                long[] digits = counts[Array.IndexOf(open, prefixes[i])];
                int digit = 0;
                while (remaining[i] >= digits[digit])
                    remaining[i] -= digits[digit++];
                prefixes[i] = (prefixes[i] << DigitBits) | (uint)digit;
            }
        }

        return prefixes;
    }

    /// <summary>The index of the first element at a distance.</summary>
    public static long IndexOf(UlpDistances distances, long wanted)
    {
        Span<long> block = stackalloc long[UlpDistances.BlockLength];
        for (int start = 0; start < distances.Count; start += UlpDistances.BlockLength)
        {
            Span<long> part = block[..Math.Min(UlpDistances.BlockLength, distances.Count - start)];
            distances.Fill(start, part);
            if (part.IndexOf(wanted) is var at && at >= 0)
                return start + at;
        }

        return -1;
    }

    private static int HighestDigit(long max) => (63 - System.Numerics.BitOperations.LeadingZeroCount((ulong)max | 1)) / DigitBits;

    // A block of equal bits holds only distance 0 and incomparable pairs, whatever the policy.
    private static long[][] Count(UlpDistances distances, long[] prefixes, int shift)
    {
        long[][] counts = [.. prefixes.Select(static _ => new long[1 << DigitBits])];
        Span<long> block = stackalloc long[UlpDistances.BlockLength];
        for (int start = 0; start < distances.Count; start += UlpDistances.BlockLength)
        {
            Span<long> part = block[..Math.Min(UlpDistances.BlockLength, distances.Count - start)];
            if (distances.IsBlockBitwiseEqual(start, part.Length))
                continue;
            distances.Fill(start, part);
            if (prefixes.Length == 1)
                CountOne(part, prefixes[0], shift, counts[0]);
            else
                CountEach(part, prefixes, shift, counts);
        }

        return counts;
    }

    private static void CountOne(ReadOnlySpan<long> distances, long prefix, int shift, long[] counts)
    {
        foreach (long distance in distances)
        {
            long digits = distance >> shift;
            if (digits >> DigitBits == prefix && distance is not (0 or UlpDistance.Incomparable))
                counts[digits & ((1 << DigitBits) - 1)]++;
        }
    }

    private static void CountEach(ReadOnlySpan<long> distances, long[] prefixes, int shift, long[][] counts)
    {
        foreach (long distance in distances)
        {
            if (distance is 0 or UlpDistance.Incomparable)
                continue;
            long digits = distance >> shift;
            int group = prefixes.AsSpan().IndexOf(digits >> DigitBits);
            if (group >= 0)
                counts[group][digits & ((1 << DigitBits) - 1)]++;
        }
    }
}
