using System.Globalization;

namespace PlanForensics.Rules.KernelNames;

/// <summary>The small words that underscore-separated kernel names are made of.</summary>
internal static class KernelWords
{
    /// <summary>Reads <c>128x64</c> or <c>64x64x32</c>.</summary>
    public static int[]? Sizes(ReadOnlySpan<char> word)
    {
        List<int> sizes = [];
        foreach (Range part in word.Split('x'))
        {
            if (!int.TryParse(word[part], NumberStyles.None, CultureInfo.InvariantCulture, out int size))
                return null;
            sizes.Add(size);
        }

        return sizes.Count is 2 or 3 ? [.. sizes] : null;
    }

    /// <summary>The sizes after a prefix, as in <c>tilesize64x64x64</c>.</summary>
    public static KernelExtent? ExtentAfter(string word, string prefix) =>
        word.StartsWith(prefix, StringComparison.Ordinal) && Sizes(word.AsSpan(prefix.Length)) is { } sizes ? Extent(sizes) : null;

    /// <summary>The number after a prefix, as in <c>stage3</c>.</summary>
    public static int? NumberAfter(string word, string prefix) =>
        word.StartsWith(prefix, StringComparison.Ordinal)
        && int.TryParse(word.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    public static KernelExtent Extent(int[] sizes) => new(sizes[0], sizes[1], sizes.Length > 2 ? sizes[2] : null);

    /// <summary>Whether a word is the layout of two or three operands: <c>tn</c>, <c>TNT</c>.</summary>
    public static bool IsLayout(string word, int fewest, int most, string letters) =>
        word.Length >= fewest && word.Length <= most && word.All(letters.Contains);

    /// <summary><c>splitK</c>, <c>splitK4</c>, <c>splitk</c>; null where the word says nothing of splits.</summary>
    public static KernelSplit? Split(string word)
    {
        if (word.StartsWith("streamk", StringComparison.OrdinalIgnoreCase))
            return new KernelSplit(true);
        if (!word.StartsWith("splitk", StringComparison.OrdinalIgnoreCase))
            return null;
        return int.TryParse(word.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? KernelSplit.Of(count) : new KernelSplit(true);
    }
}
