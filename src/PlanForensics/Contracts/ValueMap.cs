using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace PlanForensics.Contracts;

/// <summary>An immutable map from names to text that compares by content; names are ordered ordinally, so equal maps print equally.</summary>
[SuppressMessage("Naming", "CA1710", Justification = "Pairs with ValueList.")]
public sealed class ValueMap : IReadOnlyDictionary<string, string>, IEquatable<ValueMap>
{
    private readonly KeyValuePair<string, string>[] _pairs;
    private int _hash;

    /// <summary>Copies pairs.</summary>
    /// <param name="pairs">Names and values; the order does not matter.</param>
    /// <exception cref="ArgumentNullException">The sequence, a name or a value is null.</exception>
    /// <exception cref="ArgumentException">A name occurs twice.</exception>
    public ValueMap(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        _pairs = [.. pairs];
        Array.Sort(_pairs, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        for (int index = 0; index < _pairs.Length; index++)
        {
            if (_pairs[index].Key is null || _pairs[index].Value is null)
                throw new ArgumentNullException(nameof(pairs), "a map holds no null name and no null value");
            if (index > 0 && _pairs[index].Key == _pairs[index - 1].Key)
                throw new ArgumentException($"the name \"{_pairs[index].Key}\" occurs twice; a map holds each name once", nameof(pairs));
        }
    }

    /// <summary>The map without entries.</summary>
    public static ValueMap Empty { get; } = new([]);

    /// <inheritdoc/>
    public int Count => _pairs.Length;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _pairs.Select(pair => pair.Key);

    /// <inheritdoc/>
    public IEnumerable<string> Values => _pairs.Select(pair => pair.Value);

    /// <inheritdoc/>
    public string this[string key] => TryGetValue(key, out string? value)
        ? value
        : throw new KeyNotFoundException($"no entry \"{key}\"; the map holds {Count} names");

    /// <inheritdoc/>
    public bool ContainsKey(string key) => TryGetValue(key, out _);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        int low = 0;
        int high = _pairs.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int order = string.CompareOrdinal(_pairs[middle].Key, key);
            if (order == 0)
            {
                value = _pairs[middle].Value;
                return true;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        value = null;
        return false;
    }

    /// <inheritdoc/>
    public bool Equals(ValueMap? other) => other is not null && (ReferenceEquals(this, other) || _pairs.AsSpan().SequenceEqual(other._pairs));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ValueMap);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        if (_hash == 0)
        {
            HashCode hash = default;
            foreach ((string key, string value) in _pairs)
            {
                hash.Add(key);
                hash.Add(value);
            }

            _hash = hash.ToHashCode() is var code && code == 0 ? 1 : code;
        }

        return _hash;
    }

    /// <summary>The entries as <c>{a=1, b=2}</c>.</summary>
    /// <returns>All entries in ordinal order of their names.</returns>
    public override string ToString() => "{" + string.Join(", ", _pairs.Select(pair => $"{pair.Key}={pair.Value}")) + "}";

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, string>>)_pairs).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _pairs.GetEnumerator();
}
