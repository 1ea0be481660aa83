namespace PlanForensics.Contracts;

/// <summary>Makes <see cref="ValueList{T}"/> values; also what collection expressions (<c>[1, 2]</c>) call.</summary>
public static class ValueList
{
    /// <summary>Copies a span.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="items">The elements, in order.</param>
    /// <returns>A list of its own.</returns>
    public static ValueList<T> Create<T>(ReadOnlySpan<T> items) => new(items.ToArray());

    /// <summary>Copies a sequence.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="items">The elements, in order.</param>
    /// <returns>A list of its own.</returns>
    /// <exception cref="ArgumentNullException">The sequence is null.</exception>
    public static ValueList<T> ToValueList<T>(this IEnumerable<T> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return items as ValueList<T> ?? new ValueList<T>(items.ToArray());
    }
}
