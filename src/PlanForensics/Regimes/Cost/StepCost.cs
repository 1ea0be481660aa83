using PlanForensics.Contracts;

namespace PlanForensics.Regimes.Cost;

/// <summary>One step: what its parts cost by the records, and what the model says.</summary>
/// <param name="Step">The step.</param>
/// <param name="Recorded">The recorded time, taken apart.</param>
/// <param name="Predicted">The model's time.</param>
/// <param name="KeyValueBytes">Bytes of the cache that a rank reads; null where not known.</param>
/// <param name="MessageBytes">Bytes that its collectives reduced; null where not known.</param>
/// <param name="Missing">What was not recorded, by the names of contracts; empty when both times are complete.</param>
public sealed record StepCost(EngineStep Step, StepTime Recorded, StepTime Predicted, double? KeyValueBytes, double? MessageBytes, ValueList<string> Missing)
{
    /// <summary>Recorded minus predicted, in milliseconds; null where either is not known.</summary>
    public double? ResidualMs => Recorded.TotalMs - Predicted.TotalMs;
}
