using System.Collections;
using System.Runtime.CompilerServices;

namespace PlanForensics.Contracts;

/// <summary>An immutable list that compares by content, so that records which hold one compare by content too.</summary>
/// <typeparam name="T">The element type; elements are compared by <see cref="EqualityComparer{T}.Default"/>.</typeparam>
[CollectionBuilder(typeof(ValueList), nameof(ValueList.Create))]
public sealed class ValueList<T> : IReadOnlyList<T>, IEquatable<ValueList<T>>
{
    private readonly T[] _items;
    private int _hash;

    internal ValueList(T[] owned) => _items = owned;

    /// <summary>Number of elements.</summary>
    public int Count => _items.Length;

    /// <summary>The element at a 0-based index.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="IndexOutOfRangeException">The index is outside the list.</exception>
    public T this[int index] => _items[index];

    /// <summary>The elements as a span, without a copy.</summary>
    /// <returns>A read-only view of all elements.</returns>
    public ReadOnlySpan<T> AsSpan() => _items;

    /// <inheritdoc/>
    public bool Equals(ValueList<T>? other) => other is not null && (ReferenceEquals(_items, other._items) || AsSpan().SequenceEqual(other._items));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ValueList<T>);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        if (_hash == 0)
        {
            HashCode hash = default;
            foreach (T item in _items)
                hash.Add(item);
            _hash = hash.ToHashCode() is var code && code == 0 ? 1 : code;
        }

        return _hash;
    }

    /// <summary>The elements in brackets, at most the first eight.</summary>
    /// <returns>For example <c>[1, 2, 3]</c>.</returns>
    public override string ToString() => $"[{string.Join(", ", _items.Take(8))}{(_items.Length > 8 ? $", ... ({_items.Length})" : "")}]";

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();
}
