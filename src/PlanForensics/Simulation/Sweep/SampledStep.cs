using PlanForensics.Regimes;
using PlanForensics.Simulation.Dispatch;

namespace PlanForensics.Simulation.Sweep;

/// <summary>A sampled iteration.</summary>
/// <param name="Regime">Its regime.</param>
/// <param name="Iteration">Its ordinal in its replica.</param>
/// <param name="Facts">What dispatchers see of it.</param>
/// <param name="Choice">What they choose for the model that is replayed.</param>
public sealed record SampledStep(Regime Regime, int Iteration, StepFacts Facts, DispatchChoice Choice);
