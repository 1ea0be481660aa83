using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace PlanForensics.Contracts;

/// <summary>
/// JSON fields that this version does not know, kept so that reading and writing a record loses nothing. Compares by JSON value
/// (<c>1.0</c> and <c>1</c> are equal; the order of fields does not matter). Nothing in this library interprets them.
/// </summary>
[SuppressMessage("Naming", "CA1710", Justification = "Named for what it holds; it is not a general dictionary.")]
public sealed class UnknownFields : IReadOnlyDictionary<string, JsonElement>, IDictionary<string, JsonElement>, IEquatable<UnknownFields>
{
    private readonly SortedDictionary<string, JsonElement> _fields = new(StringComparer.Ordinal);

    /// <summary>No fields: what the JSON reader starts from.</summary>
    public UnknownFields()
    {
    }

    /// <summary>Copies fields.</summary>
    /// <param name="fields">Names and values; each name once.</param>
    /// <exception cref="ArgumentNullException">The sequence is null.</exception>
    /// <exception cref="ArgumentException">A name occurs twice.</exception>
    public UnknownFields(IEnumerable<KeyValuePair<string, JsonElement>> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        foreach ((string name, JsonElement value) in fields)
            _fields.Add(name, value.Clone());
    }

    /// <inheritdoc cref="IReadOnlyCollection{T}.Count"/>
    public int Count => _fields.Count;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _fields.Keys;

    /// <inheritdoc/>
    public IEnumerable<JsonElement> Values => _fields.Values;

    /// <inheritdoc/>
    public JsonElement this[string key] => _fields[key];

    ICollection<string> IDictionary<string, JsonElement>.Keys => _fields.Keys;

    ICollection<JsonElement> IDictionary<string, JsonElement>.Values => _fields.Values;

    bool ICollection<KeyValuePair<string, JsonElement>>.IsReadOnly => false;

    JsonElement IDictionary<string, JsonElement>.this[string key]
    {
        get => _fields[key];
        set => _fields[key] = value;
    }

    /// <inheritdoc cref="IReadOnlyDictionary{TKey, TValue}.ContainsKey"/>
    public bool ContainsKey(string key) => _fields.ContainsKey(key);

    /// <inheritdoc cref="IReadOnlyDictionary{TKey, TValue}.TryGetValue"/>
    public bool TryGetValue(string key, out JsonElement value) => _fields.TryGetValue(key, out value);

    /// <inheritdoc/>
    public bool Equals(UnknownFields? other)
    {
        if (other is null || other.Count != Count)
            return false;
        foreach ((string name, JsonElement value) in _fields)
            if (!other._fields.TryGetValue(name, out JsonElement theirs) || !JsonElement.DeepEquals(value, theirs))
                return false;
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as UnknownFields);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (string name in _fields.Keys)
            hash.Add(name);
        return hash.ToHashCode();
    }

    /// <summary>The names of the fields.</summary>
    /// <returns>For example <c>unknown: tenant, zone</c>.</returns>
    public override string ToString() => "unknown: " + string.Join(", ", _fields.Keys);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, JsonElement>> GetEnumerator() => _fields.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _fields.GetEnumerator();

    void IDictionary<string, JsonElement>.Add(string key, JsonElement value) => _fields.Add(key, value);

    bool IDictionary<string, JsonElement>.Remove(string key) => _fields.Remove(key);

    void ICollection<KeyValuePair<string, JsonElement>>.Add(KeyValuePair<string, JsonElement> item) => _fields.Add(item.Key, item.Value);

    void ICollection<KeyValuePair<string, JsonElement>>.Clear() => _fields.Clear();

    bool ICollection<KeyValuePair<string, JsonElement>>.Contains(KeyValuePair<string, JsonElement> item) =>
        _fields.TryGetValue(item.Key, out JsonElement value) && JsonElement.DeepEquals(value, item.Value);

    void ICollection<KeyValuePair<string, JsonElement>>.CopyTo(KeyValuePair<string, JsonElement>[] array, int arrayIndex) =>
        _fields.CopyTo(array, arrayIndex);

    bool ICollection<KeyValuePair<string, JsonElement>>.Remove(KeyValuePair<string, JsonElement> item) => _fields.Remove(item.Key);
}
