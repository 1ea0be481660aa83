using PlanForensics.Regimes.Churn;

namespace PlanForensics.Cli.Json;

/// <summary>Percentiles by nearest rank.</summary>
internal sealed record QuantilesDocument
{
    public required int Count { get; init; }

    public double? P50 { get; init; }

    public double? P95 { get; init; }

    public double? P99 { get; init; }

    public static QuantilesDocument Of(Quantiles quantiles) => new() { Count = quantiles.Count, P50 = quantiles.P50, P95 = quantiles.P95, P99 = quantiles.P99 };
}
