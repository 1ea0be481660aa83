namespace PlanForensics.Plans;

/// <summary>Bounds that keep programs, and the text of a hostile one, small.</summary>
internal static class ReductionLimits
{
    /// <summary>Most terms of a reduction, so also one more than the largest index.</summary>
    public const int LargestIndex = 1 << 24;

    /// <summary>Most segments and chains of one program.</summary>
    public const int MostItems = 1 << 20;

    /// <summary>Most levels of chains that are handed in; normalising adds at most log2 of the terms.</summary>
    public const int DeepestNesting = 96;
}
