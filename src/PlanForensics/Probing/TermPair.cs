namespace PlanForensics.Probing;

/// <summary>Two terms of a sum whose meeting point is asked for.</summary>
/// <param name="First">0-based term.</param>
/// <param name="Second">Another term.</param>
internal readonly record struct TermPair(int First, int Second);
