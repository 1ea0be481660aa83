namespace PlanForensics.Plans;

/// <summary>Terms taken one after the other in an arithmetic progression: <c>Start, Start + Stride, ...</c>, <c>Count</c> of them.</summary>
public sealed class ReductionSegment : ReductionItem
{
    /// <summary>Creates a segment.</summary>
    /// <param name="step">How each term enters the accumulator.</param>
    /// <param name="start">0-based index of the first term.</param>
    /// <param name="stride">Distance between successive terms; may be negative, not 0 when more than one term is taken.</param>
    /// <param name="count">Number of terms, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index of the segment is negative or above 2^24, the count is below 1, or the stride is 0.</exception>
    public ReductionSegment(ReductionStep step, int start, int stride, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, ReductionLimits.LargestIndex);
        if (count > 1)
        {
            ArgumentOutOfRangeException.ThrowIfZero(stride);
            long last = start + ((long)stride * (count - 1));
            ArgumentOutOfRangeException.ThrowIfNegative(last, nameof(stride));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(last, ReductionLimits.LargestIndex, nameof(stride));
        }

        Step = step;
        Start = start;
        Stride = count == 1 ? 1 : stride;
        Count = count;
    }

    /// <summary>How each term enters the accumulator.</summary>
    public ReductionStep Step { get; }

    /// <summary>0-based index of the first term.</summary>
    public int Start { get; }

    /// <summary>Distance between successive terms; 1 for a single term.</summary>
    public int Stride { get; }

    /// <summary>Number of terms.</summary>
    public int Count { get; }

    /// <summary>0-based index of the last term.</summary>
    public int End => Start + (Stride * (Count - 1));

    /// <inheritdoc/>
    public override int TermCount => Count;

    /// <inheritdoc/>
    public override int FirstIndex => Math.Min(Start, End);

    /// <inheritdoc/>
    public override ReductionItem Shift(int distance) => new ReductionSegment(Step, Start + distance, Stride, Count);

    internal override int ItemCount => 1;

    internal override bool IsShiftOf(ReductionItem other, int distance) => other is ReductionSegment segment
        && segment.Step == Step && segment.Count == Count && segment.Stride == Stride && segment.Start + distance == Start;
}
