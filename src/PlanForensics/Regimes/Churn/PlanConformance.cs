namespace PlanForensics.Regimes.Churn;

/// <summary>How many steps ran the expected plan.</summary>
/// <param name="Conforming">Steps that did.</param>
/// <param name="Deviating">Steps that ran another.</param>
/// <param name="Undecidable">Steps that recorded too little, or of whose shape class nothing is expected.</param>
/// <param name="Deviations">The deviating steps by what was expected and what ran, most frequent first.</param>
public sealed record PlanConformance(int Conforming, int Deviating, int Undecidable, IReadOnlyList<PlanDeviation> Deviations)
{
    /// <summary>Conforming steps over decidable ones; null where none is decidable.</summary>
    public double? Share => Conforming + Deviating == 0 ? null : (double)Conforming / (Conforming + Deviating);
}
