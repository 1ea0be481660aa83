using PlanForensics.Regimes.Cost;

namespace PlanForensics.Cli.Json;

/// <summary>Residuals, recorded minus predicted, in milliseconds.</summary>
internal sealed record ResidualDocument
{
    public required double RootMeanSquareMs { get; init; }

    public required double MedianAbsoluteMs { get; init; }

    public required double P95AbsoluteMs { get; init; }

    public required double LargestAbsoluteMs { get; init; }

    public static ResidualDocument Of(ResidualSummary residuals) => new()
    {
        RootMeanSquareMs = residuals.RootMeanSquare, MedianAbsoluteMs = residuals.MedianAbsolute, P95AbsoluteMs = residuals.P95Absolute, LargestAbsoluteMs = residuals.LargestAbsolute,
    };
}
