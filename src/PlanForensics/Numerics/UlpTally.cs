using System.Numerics;

namespace PlanForensics.Numerics;

/// <summary>The running result of a comparison: the scalar twin of the vector kernels, which hand it the blocks they do not take.</summary>
internal sealed class UlpTally(UlpGrid grid, NumericFormat format)
{
    private readonly long[] _histogram = new long[UlpSummary.BucketCount];
    private long _incomparable;

    public UlpGrid Grid { get; } = grid;

    public uint Max { get; set; }

    public long First { get; set; } = -1;

    /// <summary>Counts of distances other than 0; bucket 0 is what remains.</summary>
    public Span<long> Histogram => _histogram;

    public void Add(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right, long startIndex)
    {
        for (int i = 0; i < left.Length; i++)
            Add(left[i], right[i], startIndex + i);
    }

    public void Add(uint left, uint right, long index)
    {
        if (Grid.IsStray(left) || Grid.IsStray(right))
            throw UlpPatterns.NotRepresentable(Grid.IsStray(left) ? left : right, format, index);
        long distance = Grid.Distance(left, right);
        if (distance == 0)
            return;
        if (First < 0)
            First = index;
        if (distance == UlpDistance.Incomparable)
        {
            _incomparable++;
            return;
        }

        Max = Math.Max(Max, (uint)distance);
        _histogram[32 - BitOperations.LeadingZeroCount((uint)distance)]++;
    }

    /// <summary>Finds the first difference in a run that has one, unless an earlier one is known.</summary>
    public void NoteFirst(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right, long startIndex)
    {
        for (int i = 0; First < 0 && i < left.Length; i++)
            if (Grid.Distance(left[i], right[i]) != 0)
                First = startIndex + i;
    }

    /// <summary>Counts comparable distances that a vector kernel computed, and finds the first that is not 0.</summary>
    public void AddDistances(ReadOnlySpan<uint> distances, long startIndex)
    {
        if (First < 0)
            First = startIndex + distances.IndexOfAnyExcept(0u);
        foreach (uint distance in distances)
            _histogram[32 - BitOperations.LeadingZeroCount(distance)]++;
    }

    public UlpSummary ToSummary(long elementCount)
    {
        long different = _incomparable;
        for (int i = 1; i < _histogram.Length; i++)
            different += _histogram[i];
        _histogram[0] = elementCount - different;
        return new UlpSummary(elementCount, _histogram, _incomparable, Max, First);
    }
}
