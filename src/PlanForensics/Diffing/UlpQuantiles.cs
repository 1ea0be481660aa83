namespace PlanForensics.Diffing;

/// <summary>Quantiles of ulp distances: each is the distance of an element, never interpolated.</summary>
/// <remarks>The q-quantile of n distances is the smallest d such that at least q n of them are at most d: the one of rank ceil(q n) in ascending
/// order, in integers. Incomparable pairs (NaN) sort last, as <see cref="Numerics.UlpDistance.Incomparable"/>.
/// Bitwise: identical on every machine. Source: the nearest-rank definition (Hyndman and Fan 1996, type 1).</remarks>
/// <param name="P50">The median, in ulps.</param>
/// <param name="P90">9 of 10 distances are at most this, in ulps.</param>
/// <param name="P99">99 of 100 distances are at most this, in ulps.</param>
/// <param name="P999">999 of 1000 distances are at most this, in ulps.</param>
public readonly record struct UlpQuantiles(long P50, long P90, long P99, long P999)
{
    internal static ReadOnlySpan<int> PerMille => [500, 900, 990, 999];
}
