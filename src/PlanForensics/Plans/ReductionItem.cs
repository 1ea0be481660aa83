namespace PlanForensics.Plans;

/// <summary>What one accumulator takes next: a <see cref="ReductionSegment"/> of terms or the value of a finished <see cref="ReductionChain"/>.</summary>
public abstract class ReductionItem
{
    private protected ReductionItem()
    {
    }

    /// <summary>Number of terms of the reduction in this item.</summary>
    public abstract int TermCount { get; }

    /// <summary>Smallest 0-based term index in this item.</summary>
    public abstract int FirstIndex { get; }

    /// <summary>The same item over terms moved by a distance.</summary>
    /// <param name="distance">Added to every term index.</param>
    /// <returns>The moved item.</returns>
    public abstract ReductionItem Shift(int distance);

    /// <summary>Segments and chains in this item, itself included.</summary>
    internal abstract int ItemCount { get; }

    internal abstract bool IsShiftOf(ReductionItem other, int distance);
}
