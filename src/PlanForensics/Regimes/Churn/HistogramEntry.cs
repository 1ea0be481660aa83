namespace PlanForensics.Regimes.Churn;

/// <summary>How often a value occurred.</summary>
/// <param name="Value">The value; of a step in which several kernels ran for its requests, all of them joined by <c> + </c>.</param>
/// <param name="Count">Engine steps, each rank for itself.</param>
public sealed record HistogramEntry(string Value, int Count);
