using PlanForensics.Regimes;
using PlanForensics.Regimes.Churn;

namespace PlanForensics.Cli.Json;

/// <summary>Drift of the steps of one regime.</summary>
internal sealed record DriftTallyDocument
{
    public required string Regime { get; init; }

    public required int Compared { get; init; }

    public required int Drifted { get; init; }

    public required int TokensDrifted { get; init; }

    public required int LogitsDrifted { get; init; }

    public double? Rate { get; init; }

    public static DriftTallyDocument Of(DriftTally tally) => new()
    {
        Regime = RegimeNames.NameOf(tally.Regime),
        Compared = tally.Compared,
        Drifted = tally.Drifted,
        TokensDrifted = tally.TokensDrifted,
        LogitsDrifted = tally.LogitsDrifted,
        Rate = tally.Rate,
    };
}
