using System.Collections.Immutable;

namespace PlanForensics.Plans;

/// <summary>The terms of a sum by position: index ranges one after the other.</summary>
internal readonly record struct RowTerms(ImmutableArray<IndexRange> Ranges, int Count)
{
    public static RowTerms Of(ImmutableArray<IndexRange> ranges) => new(ranges, ranges.Sum(range => range.Count));

    /// <summary>Adds the terms at positions <c>start, start + stride, ...</c>, count of them, to a list of items.</summary>
    public void Add(List<ReductionItem> items, ReductionStep step, int start, int stride, int count)
    {
        if (count <= 0)
            return;
        if (Ranges.Length == 1)
        {
            items.Add(new ReductionSegment(step, Ranges[0].Start + start, stride, count));
            return;
        }

        for (int term = 0; term < count; term++)
            items.Add(new ReductionSegment(step, IndexOf(start + (term * stride)), 1, 1));
    }

    private int IndexOf(int position)
    {
        foreach (IndexRange range in Ranges)
        {
            if (position < range.Count)
                return range.Start + position;
            position -= range.Count;
        }

        throw new ArgumentOutOfRangeException(nameof(position), position, "beyond the last term");
    }
}
