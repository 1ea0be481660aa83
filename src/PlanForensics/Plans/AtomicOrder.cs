using System.Collections.Immutable;
using System.Globalization;

namespace PlanForensics.Plans;

/// <summary>The order in which partial sums arrive at an atomic addition: in order, a seeded permutation, or an explicit one.</summary>
public readonly record struct AtomicOrder
{
    private readonly string? _text;

    private AtomicOrder(string text) => _text = text;

    /// <summary>Slice 0 first.</summary>
    public static AtomicOrder InOrder => default;

    /// <summary>The canonical text: <c>in_order</c>, <c>seed:N</c> or the slices in arrival order joined by dots.</summary>
    public string Text => _text ?? "in_order";

    /// <summary>A permutation drawn from a seed (SplitMix64 and Fisher-Yates; the same on every machine).</summary>
    /// <param name="seed">The seed, 0 or more.</param>
    /// <returns>The order.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The seed is negative.</exception>
    public static AtomicOrder Seeded(int seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(seed);
        return new AtomicOrder(string.Create(CultureInfo.InvariantCulture, $"seed:{seed}"));
    }

    /// <summary>An explicit arrival order.</summary>
    /// <param name="slices">Each slice index once, in arrival order.</param>
    /// <returns>The order.</returns>
    /// <exception cref="ArgumentException">Not a permutation of 0..n-1, or empty.</exception>
    public static AtomicOrder Explicit(params ReadOnlySpan<int> slices)
    {
        if (slices.IsEmpty)
            throw new ArgumentException("an arrival order names at least one slice", nameof(slices));
        bool[] seen = new bool[slices.Length];
        foreach (int slice in slices)
        {
            if ((uint)slice >= (uint)seen.Length || seen[slice])
                throw new ArgumentException($"an arrival order names each of 0..{slices.Length - 1} once; slice {slice} does not fit", nameof(slices));
            seen[slice] = true;
        }

        return new AtomicOrder(string.Join('.', slices.ToArray()));
    }

    /// <summary>Reads the canonical text.</summary>
    /// <param name="text"><c>in_order</c>, <c>seed:N</c> or <c>2.0.1</c>.</param>
    /// <param name="order">The order, when the method returns true.</param>
    /// <returns>Whether the text is an arrival order.</returns>
    public static bool TryParse(string text, out AtomicOrder order)
    {
        ArgumentNullException.ThrowIfNull(text);
        order = default;
        if (text == "in_order")
            return true;
        if (text.StartsWith("seed:", StringComparison.Ordinal))
        {
            bool valid = int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out int seed);
            order = valid ? Seeded(seed) : default;
            return valid;
        }

        string[] parts = text.Split('.');
        int[] slices = new int[parts.Length];
        for (int index = 0; index < parts.Length; index++)
            if (!int.TryParse(parts[index], NumberStyles.None, CultureInfo.InvariantCulture, out slices[index]))
                return false;
        if (!slices.Order().SequenceEqual(Enumerable.Range(0, slices.Length)))
            return false;
        order = Explicit(slices);
        return true;
    }

    /// <summary>The arrival order of a number of slices.</summary>
    /// <param name="count">Slices, at least 1.</param>
    /// <returns>Slice indices in arrival order.</returns>
    /// <exception cref="ArgumentException">An explicit order names another number of slices.</exception>
    public ImmutableArray<int> Permutation(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (Text == "in_order")
            return [.. Enumerable.Range(0, count)];
        if (!Text.StartsWith("seed:", StringComparison.Ordinal))
        {
            ImmutableArray<int> slices = [.. Text.Split('.').Select(part => int.Parse(part, CultureInfo.InvariantCulture))];
            return slices.Length == count ? slices : throw new ArgumentException($"atomic_order names {slices.Length} slices; at this K the plan has {count}: name each of 0..{count - 1} once");
        }

        int[] order = [.. Enumerable.Range(0, count)];
        ulong state = ulong.Parse(Text.AsSpan(5), CultureInfo.InvariantCulture);
        for (int last = count - 1; last > 0; last--)
        {
            int pick = (int)(NextSplitMix64(ref state) % (ulong)(last + 1));
            (order[last], order[pick]) = (order[pick], order[last]);
        }

        return [.. order];
    }

    /// <summary>The canonical text.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;

    private static ulong NextSplitMix64(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        ulong mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
