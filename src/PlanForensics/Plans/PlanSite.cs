namespace PlanForensics.Plans;

/// <summary>One operator of a step and the shape it runs at.</summary>
/// <param name="Phase">The step's phase.</param>
/// <param name="Layer">The 0-based layer; -1 outside layers.</param>
/// <param name="Role">The operator's role.</param>
/// <param name="Shape">The operator's shape.</param>
public readonly record struct PlanSite(ExecutionPhase Phase, int Layer, OperatorRole Role, OperatorShape Shape);
