namespace PlanForensics.Numerics;

/// <summary>Argument checks that every span form of this room shares.</summary>
internal static class SpanChecks
{
    public static void SameLength<TLeft, TRight>(ReadOnlySpan<TLeft> left, ReadOnlySpan<TRight> right)
    {
        if (left.Length != right.Length)
            throw new ArgumentException($"the spans have {left.Length} and {right.Length} elements; pass spans of one length");
    }

    public static void SameLengthNoShift<T>(ReadOnlySpan<T> source, Span<T> destination)
    {
        SameLength(source, (ReadOnlySpan<T>)destination);
        if (source.Overlaps(destination, out int offset) && offset != 0)
            throw new ArgumentException($"source and destination overlap, {offset} elements apart; pass the same span or separate ones");
    }
}
