using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using PlanForensics.Contracts;
using PlanForensics.Numerics;

namespace PlanForensics.Diffing;

/// <summary>What differs between two tensors of one format: in bits, in ulps, in value. Side A comes first.</summary>
/// <remarks>
/// <para>Two facts are kept apart: bits (-0 and +0 differ, and so do NaNs with other payloads) and ulps (-0 and +0 are at distance 0, NaNs as the
/// policy says). Ulps are those of <see cref="UlpDistance"/>; for fp64 the same formula on 64 bits, where a distance above 2^63 - 2 is given as
/// 2^63 - 2; for integers |a - b|.</para>
/// <para>Symmetric: exchanging the sides exchanges bits and values and nothing else. Cost: vectorised passes over the data; quantiles by radix
/// selection, at most two more passes up to 32 bits, in memory that does not depend on the size. Bitwise: identical on every machine.</para>
/// </remarks>
public sealed record TensorDiff
{
    private TensorDiff()
    {
    }

    /// <summary>The format in which the tensors were compared.</summary>
    public required NumericFormat Format { get; init; }

    /// <summary>The shape of side A; side B has the same one but for dimensions of 1.</summary>
    public required ValueList<int> Shape { get; init; }

    /// <summary>The NaN policy under which ulps were counted.</summary>
    public required NaNPolicy NaNs { get; init; }

    /// <summary>Pairs compared.</summary>
    public required long ElementCount { get; init; }

    /// <summary>Pairs with different bits.</summary>
    public required long BitsDifferentCount { get; init; }

    /// <summary>Pairs at a distance other than 0, incomparable ones included.</summary>
    public required long UlpsDifferentCount { get; init; }

    /// <summary>Pairs in which the NaN policy finds no distance; they are in no histogram bucket.</summary>
    public required long IncomparableCount { get; init; }

    /// <summary>The largest distance of a comparable pair, in ulps; 0 when there is none.</summary>
    public required long MaxUlps { get; init; }

    /// <summary>The largest |a - b| over pairs of finite elements: both widened to fp64, one subtraction rounded to nearest; 0 when there is none.
    /// Bitwise: identical on every machine.</summary>
    public required double MaxAbsoluteDifference { get; init; }

    /// <summary>Bucket 0 counts distance 0, bucket i distances from 2^(i-1) to 2^i - 1; 33 buckets, 64 for fp64.</summary>
    public required ValueList<long> Histogram { get; init; }

    /// <summary>Quantiles over all pairs; null when there are none.</summary>
    public required UlpQuantiles? OverAll { get; init; }

    /// <summary>Quantiles over the pairs of <see cref="UlpsDifferentCount"/>; null when there are none.</summary>
    public required UlpQuantiles? OverDifferent { get; init; }

    /// <summary>The first pair with different bits; null when all bits are equal. Its distance may be 0 (-0 and +0).</summary>
    public required ElementDifference? FirstBitDifference { get; init; }

    /// <summary>The first pair at a distance other than 0; null when there is none.</summary>
    public required ElementDifference? FirstUlpDifference { get; init; }

    /// <summary>The first pair at distance <see cref="MaxUlps"/>; null when that is 0.</summary>
    public required ElementDifference? LargestUlpDifference { get; init; }

    /// <summary>Whether every pair has equal bits.</summary>
    public bool IsBitwiseEqual => BitsDifferentCount == 0;

    /// <summary>Compares two tensors.</summary>
    /// <param name="a">Side A.</param>
    /// <param name="b">Side B, of the same format and, but for dimensions of 1, shape.</param>
    /// <param name="nans">When NaNs count as equal in ulps; by default any two do.</param>
    /// <returns>The difference.</returns>
    /// <exception cref="ArgumentNullException">A tensor is null.</exception>
    /// <exception cref="ArgumentException">Format or shape differ (<see cref="WhyNotComparable"/>), or a tf32 element has bits that tf32 has not.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The policy is undefined.</exception>
    public static TensorDiff Between(TensorValue a, TensorValue b, NaNPolicy nans = NaNPolicy.AnyNaNEqual)
    {
        if (WhyNotComparable(a, b) is { } reason)
            throw new ArgumentException(reason, nameof(b));
        if (nans is < NaNPolicy.AnyNaNEqual or > NaNPolicy.Unequal)
            throw new ArgumentOutOfRangeException(nameof(nans), nans, "not a defined NaN policy");
        UlpDistances distances = new(a, b, nans);
        UlpCounts counts = UlpCounts.Of(distances);
        long different = a.ElementCount - counts.Histogram[0];
        (UlpQuantiles? overAll, UlpQuantiles? overDifferent) = Quantiles(distances, counts, different);
        long firstBits = FirstDifferentBits(a, b);
        ElementDifference? At(long index) => index < 0 ? null : new ElementDifference(a, b, index, DistanceAt(distances, (int)index));
        return new TensorDiff
        {
            Format = a.Format,
            Shape = ValueList.Create(a.Shape),
            NaNs = nans,
            ElementCount = a.ElementCount,
            BitsDifferentCount = firstBits < 0 ? 0 : CountDifferentBits(a, b),
            UlpsDifferentCount = different,
            IncomparableCount = counts.IncomparableCount,
            MaxUlps = counts.Max,
            MaxAbsoluteDifference = firstBits < 0 ? 0 : AbsoluteDifference.Largest(a, b, distances),
            Histogram = ValueList.Create<long>(counts.Histogram),
            OverAll = overAll,
            OverDifferent = overDifferent,
            FirstBitDifference = At(firstBits),
            FirstUlpDifference = At(counts.FirstDifferentIndex),
            LargestUlpDifference = counts.Max == 0 ? null : At(RankSelection.IndexOf(distances, counts.Max)),
        };
    }

    /// <summary>Says why two tensors cannot be compared element by element.</summary>
    /// <param name="a">Side A.</param>
    /// <param name="b">Side B.</param>
    /// <returns>Null when they can: formats are equal, and so are shapes, dimensions of 1 left out.</returns>
    /// <exception cref="ArgumentNullException">A tensor is null.</exception>
    public static string? WhyNotComparable(TensorValue a, TensorValue b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (a.Format != b.Format)
            return $"formats differ: {NumericFormats.NameOf(a.Format)} and {NumericFormats.NameOf(b.Format)}; compare tensors of one format";
        return TensorShapes.AreAlike(a.Shape, b.Shape)
            ? null
            : $"shapes differ: [{string.Join(',', a.Shape.ToArray())}] and [{string.Join(',', b.Shape.ToArray())}]; compare tensors of one shape";
    }

    private static (UlpQuantiles? All, UlpQuantiles? Different) Quantiles(UlpDistances distances, UlpCounts counts, long different)
    {
        long equal = counts.Histogram[0];
        long comparable = different - counts.IncomparableCount;
        List<long> wanted = [];
        foreach ((long total, long zeros) in new[] { (equal + different, equal), (different, 0L) })
            foreach (int perMille in UlpQuantiles.PerMille)
                wanted.Add(RankOf(total, perMille) - zeros);
        long[] ranks = [.. wanted.Where(rank => rank >= 0 && rank < comparable).Distinct()];
        long[] found = RankSelection.Select(distances, comparable, counts.Max, ranks);
        long At(int place) => wanted[place] < 0 ? 0
            : wanted[place] >= comparable ? UlpDistance.Incomparable
            : found[Array.IndexOf(ranks, wanted[place])];
        return (
            equal + different == 0 ? null : new UlpQuantiles(At(0), At(1), At(2), At(3)),
            different == 0 ? null : new UlpQuantiles(At(4), At(5), At(6), At(7)));
    }

    private static long RankOf(long total, int perMille) => (((total * perMille) + 999) / 1000) - 1;

    private static long DistanceAt(UlpDistances distances, int index)
    {
        Span<long> one = stackalloc long[1];
        distances.Fill(index, one);
        return one[0];
    }

    private static long FirstDifferentBits(TensorValue a, TensorValue b)
    {
        int equalBytes = a.Bytes.Span.CommonPrefixLength(b.Bytes.Span);
        return equalBytes == a.Bytes.Length ? -1 : equalBytes / NumericFormats.BytesPerElement(a.Format);
    }

    private static long CountDifferentBits(TensorValue a, TensorValue b) => NumericFormats.BytesPerElement(a.Format) switch
    {
        8 => CountDifferent<ulong>(a, b),
        4 => CountDifferent<uint>(a, b),
        2 => CountDifferent<ushort>(a, b),
        _ => CountDifferent<byte>(a, b),
    };

    private static long CountDifferent<T>(TensorValue a, TensorValue b)
        where T : unmanaged, IEquatable<T> =>
        TensorPrimitives.HammingDistance(MemoryMarshal.Cast<byte, T>(a.Bytes.Span), MemoryMarshal.Cast<byte, T>(b.Bytes.Span));
}
