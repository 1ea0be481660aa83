using System.Collections.Immutable;
using System.Globalization;

namespace PlanForensics.Plans;

/// <summary>Rows or columns of an output: inclusive ranges, ascending and apart. Text: <c>0..5,12..17</c>.</summary>
/// <remarks>Ranges that touch are joined, so that equal sets have equal texts.</remarks>
public sealed class IndexSet : IEquatable<IndexSet>
{
    /// <summary>Creates a set.</summary>
    /// <param name="ranges">First and last index of each range, inclusive, ascending, without overlap.</param>
    /// <exception cref="ArgumentException">There is no range, one is empty or negative, or they are not ascending and apart.</exception>
    public IndexSet(params ReadOnlySpan<(int First, int Last)> ranges)
    {
        if (ranges.IsEmpty)
            throw new ArgumentException("a set of indices has at least one range", nameof(ranges));
        var joined = ImmutableArray.CreateBuilder<(int First, int Last)>(ranges.Length);
        foreach ((int first, int last) in ranges)
        {
            if (first < 0 || last < first)
                throw new ArgumentException($"expected 0 <= first <= last; got {first}..{last}", nameof(ranges));
            if (joined.Count > 0 && first <= joined[^1].Last)
                throw new ArgumentException($"expected ascending ranges without overlap; got {first}..{last} after {joined[^1].First}..{joined[^1].Last}", nameof(ranges));
            if (joined.Count > 0 && first == joined[^1].Last + 1)
                joined[^1] = (joined[^1].First, last);
            else
                joined.Add((first, last));
        }

        Ranges = joined.ToImmutable();
        Text = string.Join(',', Ranges.Select(range => string.Create(CultureInfo.InvariantCulture, $"{range.First}..{range.Last}")));
    }

    /// <summary>First and last index of each range, inclusive, ascending and apart.</summary>
    public ImmutableArray<(int First, int Last)> Ranges { get; }

    /// <summary>The ranges joined by commas. <see cref="TryParse"/> reads it.</summary>
    public string Text { get; }

    /// <summary>One range.</summary>
    /// <param name="range">First and last index, inclusive.</param>
    public static implicit operator IndexSet((int First, int Last) range) => new(range);

    /// <summary>One range.</summary>
    /// <param name="range">First and last index, inclusive.</param>
    /// <returns>The set.</returns>
    public static IndexSet FromValueTuple((int First, int Last) range) => range;

    /// <summary>Reads a set's text.</summary>
    /// <param name="text">For example <c>0..5,12..17</c>.</param>
    /// <param name="set">The set, or null when the text is none.</param>
    /// <returns>Whether the text is a set.</returns>
    public static bool TryParse(string text, out IndexSet? set)
    {
        ArgumentNullException.ThrowIfNull(text);
        set = null;
        string[] parts = text.Split(',');
        var ranges = new (int First, int Last)[parts.Length];
        for (int index = 0; index < parts.Length; index++)
        {
            string[] bounds = parts[index].Split("..");
            if (bounds.Length != 2 || !TryParseIndex(bounds[0], out int first) || !TryParseIndex(bounds[1], out int last)
                || last < first || (index > 0 && first <= ranges[index - 1].Last))
                return false;
            ranges[index] = (first, last);
        }

        set = new IndexSet(ranges);
        return true;
    }

    /// <summary>Whether the set holds an index.</summary>
    /// <param name="index">0-based.</param>
    /// <returns>True when a range holds it.</returns>
    public bool Contains(int index)
    {
        int low = 0;
        int high = Ranges.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (Ranges[middle].First <= index)
                low = middle;
            else
                high = middle - 1;
        }

        return index >= Ranges[low].First && index <= Ranges[low].Last;
    }

    /// <inheritdoc/>
    public bool Equals(IndexSet? other) => other is not null && other.Text == Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as IndexSet);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The ranges joined by commas.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;

    private static bool TryParseIndex(string text, out int index) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out index);
}
