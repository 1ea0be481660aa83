namespace PlanForensics.Regimes;

/// <summary>A change of fabric regime along the steps of a replica.</summary>
/// <param name="Step">The first step in the new regime (its first rank).</param>
/// <param name="From">The regime of the step before.</param>
/// <param name="To">The regime of the step.</param>
/// <param name="Crossing">The input that crossed its limit: of the two regimes, that of the worse one.</param>
public sealed record FabricTransition(EngineStep Step, FabricRegime From, FabricRegime To, RegimeCrossing Crossing);
