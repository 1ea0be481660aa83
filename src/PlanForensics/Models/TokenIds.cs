using System.Collections;

namespace PlanForensics.Models;

/// <summary>A short immutable list of token ids, equal to another by content.</summary>
public sealed class TokenIds : IReadOnlyList<int>, IEquatable<TokenIds>
{
    private readonly int[] _ids;

    /// <summary>Copies the ids.</summary>
    /// <param name="ids">The ids, in order; none may be negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is negative.</exception>
    public TokenIds(params ReadOnlySpan<int> ids)
    {
        foreach (int id in ids)
            ArgumentOutOfRangeException.ThrowIfNegative(id, nameof(ids));
        _ids = ids.ToArray();
    }

    /// <summary>No ids.</summary>
    public static TokenIds None { get; } = new();

    /// <summary>How many ids there are.</summary>
    public int Count => _ids.Length;

    /// <summary>One id.</summary>
    /// <param name="index">Its 0-based place.</param>
    /// <returns>The id.</returns>
    public int this[int index] => _ids[index];

    /// <summary>Whether both hold the same ids in the same order.</summary>
    /// <param name="other">The other list, or null.</param>
    /// <returns>True when they are equal.</returns>
    public bool Equals(TokenIds? other) => other is not null && _ids.AsSpan().SequenceEqual(other._ids);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TokenIds);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (int id in _ids)
            hash.Add(id);
        return hash.ToHashCode();
    }

    /// <summary>The ids as <c>[1, 2]</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => $"[{string.Join(", ", _ids)}]";

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)_ids).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
