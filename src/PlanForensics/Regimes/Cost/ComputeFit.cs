using PlanForensics.Plans;

namespace PlanForensics.Regimes.Cost;

/// <summary>A rank's own work over what the step has to do: decode <c>a + b tokens + c context tokens</c>, steps with prefill <c>a + b tokens + c attended pairs</c>.</summary>
/// <param name="Phase">Decode, or prefill for every step that holds one.</param>
/// <param name="Fit">The fit, in milliseconds.</param>
public sealed record ComputeFit(ExecutionPhase Phase, LinearFit Fit);
