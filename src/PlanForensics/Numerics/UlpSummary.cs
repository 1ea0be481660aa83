namespace PlanForensics.Numerics;

/// <summary>What a comparison of two sequences found. Immutable.</summary>
/// <remarks>Histogram buckets are powers of two: bucket 0 counts distance 0, bucket i distances from 2^(i-1) to 2^i - 1; there are 33.
/// Incomparable pairs (NaN) are in no bucket. Bitwise: identical on every machine.</remarks>
public sealed class UlpSummary
{
    /// <summary>The number of histogram buckets.</summary>
    public const int BucketCount = 33;

    private readonly long[] _histogram;

    internal UlpSummary(long elementCount, long[] histogram, long incomparableCount, long maxComparableDistance, long firstDifferentIndex)
    {
        ElementCount = elementCount;
        _histogram = histogram;
        IncomparableCount = incomparableCount;
        MaxComparableDistance = maxComparableDistance;
        FirstDifferentIndex = firstDifferentIndex;
    }

    /// <summary>The number of pairs compared.</summary>
    public long ElementCount { get; }

    /// <summary>Pairs at distance 0.</summary>
    public long EqualCount => _histogram[0];

    /// <summary>Pairs at any other distance, incomparable ones included.</summary>
    public long DifferentCount => ElementCount - EqualCount;

    /// <summary>Pairs in which the NaN policy finds no distance.</summary>
    public long IncomparableCount { get; }

    /// <summary>The largest distance of a comparable pair; 0 where there is none.</summary>
    public long MaxComparableDistance { get; }

    /// <summary>The largest distance; <see cref="UlpDistance.Incomparable"/> when a pair is incomparable; 0 for no pairs.</summary>
    public long MaxDistance => IncomparableCount > 0 ? UlpDistance.Incomparable : MaxComparableDistance;

    /// <summary>0-based index of the first pair that differs, or -1.</summary>
    public long FirstDifferentIndex { get; }

    /// <summary>Counts for each bucket; see the class remarks.</summary>
    public ReadOnlySpan<long> Histogram => _histogram;

    /// <summary>The bucket of a distance.</summary>
    /// <param name="distance">A distance of a comparable pair, 0 to 2^32 - 1.</param>
    /// <returns>0 for 0, else floor(log2(distance)) + 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The distance is negative or above 2^32 - 1.</exception>
    public static int BucketOf(long distance)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(distance);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(distance, uint.MaxValue);
        return 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)distance);
    }

    /// <summary>The summary of this part followed by another: what one comparison of the joined sequences gives.</summary>
    /// <param name="next">The summary of the elements that follow.</param>
    /// <returns>The joined summary, <paramref name="next"/>'s indices moved up by <see cref="ElementCount"/>.</returns>
    public UlpSummary Append(UlpSummary next)
    {
        ArgumentNullException.ThrowIfNull(next);
        long[] histogram = new long[BucketCount];
        for (int i = 0; i < BucketCount; i++)
            histogram[i] = _histogram[i] + next._histogram[i];
        long first = FirstDifferentIndex >= 0 ? FirstDifferentIndex
            : next.FirstDifferentIndex >= 0 ? ElementCount + next.FirstDifferentIndex
            : -1;
        return new UlpSummary(
            ElementCount + next.ElementCount,
            histogram,
            IncomparableCount + next.IncomparableCount,
            Math.Max(MaxComparableDistance, next.MaxComparableDistance),
            first);
    }
}
