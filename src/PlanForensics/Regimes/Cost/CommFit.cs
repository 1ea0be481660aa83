namespace PlanForensics.Regimes.Cost;

/// <summary>Transfer time of the collectives of a step over their bytes: <c>comm = alpha + n / beta</c>.</summary>
/// <param name="Type">The collective, in the library's word; null when not recorded.</param>
/// <param name="Ranks">Ranks; null when not recorded.</param>
/// <param name="Fit">The fit over <c>bytes</c>, in milliseconds.</param>
public sealed record CommFit(string? Type, int? Ranks, LinearFit Fit)
{
    /// <summary>Name of the quantity n.</summary>
    public const string Bytes = "bytes";

    /// <summary>alpha, the time without bytes, in milliseconds; null where the records do not tell it from n / beta (one message size).</summary>
    public double? AlphaMs => Fit.NotIdentified.Count > 0 ? null : Fit.Find(CostModel.Constant)?.Coefficient;

    /// <summary>beta, in gigabytes (10^9 bytes) a second; null where there is one message size, or time does not rise with bytes.</summary>
    public double? BetaGbPerS => Fit.Find(Bytes) is { Coefficient: > 0 } term ? 1e-6 / term.Coefficient : null;
}
