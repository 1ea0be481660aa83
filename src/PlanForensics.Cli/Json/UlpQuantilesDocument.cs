using PlanForensics.Diffing;
using PlanForensics.Numerics;

namespace PlanForensics.Cli.Json;

/// <summary>Quantiles of ulp distances; absent where a NaN allows no distance.</summary>
internal sealed record UlpQuantilesDocument
{
    public required long? P50 { get; init; }

    public required long? P90 { get; init; }

    public required long? P99 { get; init; }

    public required long? P999 { get; init; }

    public static UlpQuantilesDocument? Of(UlpQuantiles? quantiles) => quantiles is { } q
        ? new() { P50 = Comparable(q.P50), P90 = Comparable(q.P90), P99 = Comparable(q.P99), P999 = Comparable(q.P999) }
        : null;

    /// <summary>A distance, or null where there is none.</summary>
    public static long? Comparable(long? ulps) => ulps == UlpDistance.Incomparable ? null : ulps;
}
