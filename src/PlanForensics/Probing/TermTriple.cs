namespace PlanForensics.Probing;

/// <summary>The question whether two terms meet before either meets a third.</summary>
/// <param name="First">0-based term.</param>
/// <param name="Second">Another term.</param>
/// <param name="Outer">The third term.</param>
internal readonly record struct TermTriple(int First, int Second, int Outer);
