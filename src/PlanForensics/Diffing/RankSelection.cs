using System.Buffers;
using PlanForensics.Numerics;

namespace PlanForensics.Diffing;

/// <summary>Finds the distances of given ranks exactly: a few are sorted; many go through a radix selection, 16 bits a pass, that keeps counts and never the distances.</summary>
/// <remarks>Radix selection: distances below 65536 take one pass, all others of 32 bits two. Memory: 512 KiB for each distinct digit prefix that a rank falls into.</remarks>
internal static class RankSelection
{
    private const int DigitBits = 16;

    /// <summary>Distances that are sorted rather than counted: counting costs as much memory as this many take.</summary>
    private const int FewDistances = 1 << DigitBits;

    /// <summary>The distances of 0-based ranks among the comparable distances other than 0, in ascending order of distance.</summary>
    /// <param name="distances">All distances.</param>
    /// <param name="count">How many of them are comparable and not 0.</param>
    /// <param name="max">The largest comparable one.</param>
    /// <param name="ranks">The ranks, each below <paramref name="count"/>.</param>
    /// <returns>One distance a rank.</returns>
    public static long[] Select(UlpDistances distances, long count, long max, ReadOnlySpan<long> ranks)
    {
        if (ranks.Length == 0)
            return [];
        return count <= FewDistances ? SelectSorted(distances, (int)count, ranks) : SelectCounted(distances, max, ranks);
    }

    private static long[] SelectSorted(UlpDistances distances, int count, ReadOnlySpan<long> ranks)
    {
        long[] sorted = ArrayPool<long>.Shared.Rent(count);
        try
        {
            int found = 0;
            Span<long> block = stackalloc long[UlpDistances.BlockLength];
            for (int start = 0; start < distances.Count; start += UlpDistances.BlockLength)
            {
                Span<long> part = block[..Math.Min(UlpDistances.BlockLength, distances.Count - start)];
                if (distances.IsBlockBitwiseEqual(start, part.Length))
                    continue;
                distances.Fill(start, part);
                foreach (long distance in part)
                    if (distance is not (0 or UlpDistance.Incomparable))
                        sorted[found++] = distance;
            }

            sorted.AsSpan(0, found).Sort();
            long[] selected = new long[ranks.Length];
            for (int index = 0; index < selected.Length; index++)
                selected[index] = sorted[ranks[index]];
            return selected;
        }
        finally
        {
            ArrayPool<long>.Shared.Return(sorted);
        }
    }

    private static long[] SelectCounted(UlpDistances distances, long max, ReadOnlySpan<long> ranks)
    {
        long[] prefixes = new long[ranks.Length];
        long[] remaining = ranks.ToArray();
        for (int shift = HighestDigit(max) * DigitBits; shift >= 0; shift -= DigitBits)
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
