namespace PlanForensics.Regimes.Churn;

/// <summary>Percentiles of recorded values by nearest rank (<see cref="NearestRank"/>): values that occurred.</summary>
/// <param name="Count">Values.</param>
/// <param name="P50">Median; null without a value.</param>
/// <param name="P95">95th percentile.</param>
/// <param name="P99">99th percentile.</param>
public sealed record Quantiles(int Count, double? P50, double? P95, double? P99)
{
    /// <summary>Takes the percentiles; the values are reordered.</summary>
    internal static Quantiles Of(Span<double> values)
    {
        if (values.IsEmpty)
            return new Quantiles(0, null, null, null);
        int p95 = NearestRank.PlaceOf(values.Length, 95);
        // The largest part is searched once; what is left of it holds the median, what is right the 99th percentile.
        NearestRank.Select(values, 95);
        double high = values[p95];
        Span<double> upper = values[p95..];
        Span<double> lower = values[..(p95 + 1)];
        int p99 = NearestRank.PlaceOf(values.Length, 99) - p95;
        int p50 = NearestRank.PlaceOf(values.Length, 50);
        NearestRank.SelectPlace(upper, p99);
        double top = upper[p99];
        NearestRank.SelectPlace(lower, p50);
        return new Quantiles(values.Length, lower[p50], high, top);
    }
}
