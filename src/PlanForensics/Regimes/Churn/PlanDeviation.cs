namespace PlanForensics.Regimes.Churn;

/// <summary>Steps that ran another plan than expected.</summary>
/// <param name="ShapeClass">Their shape class.</param>
/// <param name="Expected">What was expected.</param>
/// <param name="Actual">What ran.</param>
/// <param name="Count">Engine steps, each rank for itself.</param>
/// <param name="First">The first of them.</param>
public sealed record PlanDeviation(ShapeClass ShapeClass, PlanIdentity Expected, PlanIdentity Actual, int Count, EngineStep First);
