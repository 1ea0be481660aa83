using PlanForensics.Contracts;

namespace PlanForensics.Simulation.Sweep;

/// <summary>The result of a regime sweep.</summary>
/// <param name="Regimes">What each regime does, in order of precedence.</param>
/// <param name="MarginUlps">Margins of the requests alone, in ulps, ascending: one a prompt and step.</param>
/// <param name="Trials">Pins tried, cheapest first.</param>
/// <param name="Pin">The cheapest that holds over all regimes; null where none does or none was needed.</param>
/// <param name="Replays">Runs of the model that were made.</param>
public sealed record RegimeSweepResult(ValueList<RegimeDrift> Regimes, ValueList<long> MarginUlps, ValueList<PinTrial> Trials, PinTrial? Pin, int Replays)
{
    /// <summary>Whether any answer depends on the batch.</summary>
    public bool Differs => Regimes.Any(regime => regime.DifferentAnswers > 0);
}
