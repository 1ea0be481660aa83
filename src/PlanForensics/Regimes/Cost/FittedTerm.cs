namespace PlanForensics.Regimes.Cost;

/// <summary>One term of a fit.</summary>
/// <param name="Name">The quantity; <c>constant</c> for the time that is always there.</param>
/// <param name="Coefficient">Milliseconds a unit of the quantity.</param>
/// <param name="StandardError">Standard error of the coefficient, in the same unit; null where there are no more records than terms.</param>
public sealed record FittedTerm(string Name, double Coefficient, double? StandardError);
