namespace PlanForensics.Reporting.Facts;

/// <summary>A part of the effective request in which two sides are not known to be equal.</summary>
internal sealed record RequestDifferenceFacts(string Field, string Effect, string Finding, string? A, string? B);
