namespace PlanForensics.Cli.Output;

/// <summary>Names that a mistyped name may have meant.</summary>
internal static class NearNames
{
    private const int Most = 5;

    /// <summary>The nearest names by edit distance (at most a third of the letters), or else those that contain the name.</summary>
    public static IReadOnlyList<string> Of(string name, IEnumerable<string> known)
    {
        string[] all = [.. known.Distinct()];
        int limit = Math.Max(1, name.Length / 3);
        string[] near =
        [
            .. all.Select(candidate => (candidate, Distance: Distance(name, candidate)))
                .Where(pair => pair.Distance <= limit)
                .OrderBy(pair => pair.Distance).ThenBy(pair => pair.candidate, StringComparer.Ordinal)
                .Select(pair => pair.candidate).Take(Most),
        ];
        return near.Length > 0 || name.Length < 2
            ? near
            : [.. all.Where(candidate => candidate.Contains(name, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal).Take(Most)];
    }

    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substituted = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
