using PlanForensics.Contracts;

namespace PlanForensics.Diffing;

/// <summary>A token flip seen from one side: its margin, and how it weighed the two tokens.</summary>
public sealed record TokenFlipSide
{
    internal TokenFlipSide(LogitMargin? margin, RecordedLogit? tokenA, RecordedLogit? tokenB)
    {
        Margin = margin;
        LogitOfTokenA = tokenA;
        LogitOfTokenB = tokenB;
    }

    /// <summary>top-1 minus top-2 on this side; null when fewer than two logits were recorded.</summary>
    public LogitMargin? Margin { get; }

    /// <summary>This side's logit of token A, with its bits; null when it was not recorded.</summary>
    public RecordedLogit? LogitOfTokenA { get; }

    /// <summary>This side's logit of token B, with its bits; null when it was not recorded.</summary>
    public RecordedLogit? LogitOfTokenB { get; }

    /// <summary>Logit of token A minus logit of token B: both widened to fp64, one subtraction rounded to nearest; null when one is not recorded.
    /// Bitwise: identical on every machine.</summary>
    public double? Gap => LogitOfTokenA is { } a && LogitOfTokenB is { } b ? (double)a.Value - b.Value : null;

    /// <summary>The distance of the two in ulps of their format, without sign; null when one is not recorded;
    /// <see cref="Numerics.UlpDistance.Incomparable"/> when one is NaN. Bitwise: identical on every machine.</summary>
    public long? GapUlps => LogitOfTokenA is { } a && LogitOfTokenB is { } b ? LogitOrder.Distance(a, b) : null;
}
