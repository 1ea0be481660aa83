namespace PlanForensics.Regimes.Churn;

/// <summary>Drift of the steps of one regime: requests' steps that had equal inputs, and came out differently.</summary>
/// <param name="Regime">The regime of the steps.</param>
/// <param name="Compared">Requests' steps beside which another request of equal x recorded the same step (equal context) with a token or logits hash of the same kind.</param>
/// <param name="Drifted">Of these, steps whose token or logits hash differs from that of another such step.</param>
/// <param name="TokensDrifted">Of these, steps whose token differs.</param>
/// <param name="LogitsDrifted">Of these, steps whose logits hash differs.</param>
public sealed record DriftTally(Regime Regime, int Compared, int Drifted, int TokensDrifted, int LogitsDrifted)
{
    /// <summary>Drift rate: <see cref="Drifted"/> over <see cref="Compared"/>; null where nothing was compared.</summary>
    public double? Rate => Compared == 0 ? null : (double)Drifted / Compared;
}
