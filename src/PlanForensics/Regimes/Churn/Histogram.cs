namespace PlanForensics.Regimes.Churn;

/// <summary>A histogram of recorded values.</summary>
public sealed class Histogram
{
    internal Histogram(IEnumerable<KeyValuePair<string, int>> counts, int unrecorded)
    {
        Entries = [.. counts.Select(pair => new HistogramEntry(pair.Key, pair.Value)).OrderByDescending(entry => entry.Count).ThenBy(entry => entry.Value, StringComparer.Ordinal)];
        Unrecorded = unrecorded;
        Total = Entries.Sum(entry => entry.Count);
        EntropyBits = Entropy();
    }

    /// <summary>The values, most frequent first, equal counts in ordinal order.</summary>
    public IReadOnlyList<HistogramEntry> Entries { get; }

    /// <summary>Sum of the counts.</summary>
    public int Total { get; }

    /// <summary>Steps that recorded no value.</summary>
    public int Unrecorded { get; }

    /// <summary>
    /// Shannon entropy, in bits: the sum over values of p * log2(1/p) with p the value's share of <see cref="Total"/>, most frequent first, in double precision. 0 where one value or
    /// none was recorded, log2(n) where n values are equally frequent. <i>No bitwise guarantee</i> (log2).
    /// </summary>
    public double EntropyBits { get; }

    private double Entropy()
    {
        double sum = 0;
        foreach (HistogramEntry entry in Entries)
            sum += (double)entry.Count / Total * Math.Log2((double)Total / entry.Count);
        return sum;
    }
}
