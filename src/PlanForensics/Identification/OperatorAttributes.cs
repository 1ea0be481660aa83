using System.Collections.Immutable;

namespace PlanForensics.Identification;

/// <summary>Numbers, words, flags and lists of numbers that a recorded operator was called with. Immutable.</summary>
public sealed class OperatorAttributes
{
    private readonly ImmutableDictionary<string, object> _values;

    private OperatorAttributes(ImmutableDictionary<string, object> values) => _values = values;

    /// <summary>No attributes.</summary>
    public static OperatorAttributes None { get; } = new(ImmutableDictionary<string, object>.Empty);

    /// <summary>The same attributes and one more, or another value of one.</summary>
    /// <param name="name">The name, as a manifest spells it: <c>eps</c>, <c>scale</c>, <c>M</c>, ...</param>
    /// <param name="value">A number.</param>
    /// <returns>New attributes.</returns>
    public OperatorAttributes With(string name, double value) => new(_values.SetItem(name, value));

    /// <inheritdoc cref="With(string, double)"/>
    public OperatorAttributes With(string name, string value) => new(_values.SetItem(name, value));

    /// <inheritdoc cref="With(string, double)"/>
    public OperatorAttributes With(string name, bool value) => new(_values.SetItem(name, value));

    /// <inheritdoc cref="With(string, double)"/>
    public OperatorAttributes With(string name, ImmutableArray<double> value) => new(_values.SetItem(name, value));

    /// <summary>A number.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The number; null where there is none of that name.</returns>
    public double? Number(string name) => _values.TryGetValue(name, out object? value) && value is double number ? number : null;

    /// <summary>A whole number.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The number; null where there is none of that name or it is not a whole number of 32 bits.</returns>
    public int? Integer(string name) => Number(name) is { } number && number == (int)number ? (int)number : null;

    /// <summary>A word.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The word; null where there is none of that name.</returns>
    public string? Text(string name) => _values.TryGetValue(name, out object? value) ? value as string : null;

    /// <summary>A flag.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The flag; null where there is none of that name.</returns>
    public bool? Flag(string name) => _values.TryGetValue(name, out object? value) && value is bool flag ? flag : null;

    /// <summary>A list of numbers.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The list; empty where there is none of that name.</returns>
    public ImmutableArray<double> Numbers(string name) => _values.TryGetValue(name, out object? value) && value is ImmutableArray<double> list ? list : [];
}
