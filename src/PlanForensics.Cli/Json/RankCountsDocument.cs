using PlanForensics.Regimes.Churn;

namespace PlanForensics.Cli.Json;

/// <summary>Fallbacks and conversions of one rank, or of all.</summary>
internal sealed record RankCountsDocument
{
    public int? Rank { get; init; }

    public required int EngineSteps { get; init; }

    public long? Fallbacks { get; init; }

    public required int StepsWithFallback { get; init; }

    public long? Dequantizations { get; init; }

    public long? Requantizations { get; init; }

    public static RankCountsDocument Of(RankCounts counts) => new()
    {
        Rank = counts.Rank,
        EngineSteps = counts.Steps,
        Fallbacks = counts.Fallbacks,
        StepsWithFallback = counts.StepsWithFallback,
        Dequantizations = counts.Dequantizations,
        Requantizations = counts.Requantizations,
    };
}
