namespace PlanForensics.Reporting.Facts;

/// <summary>An operator whose plan makes the difference.</summary>
internal sealed record OperatorFacts(string Name, string PlanA, string PlanB, bool IsSufficient, bool IsNecessary, bool IsJoint);
