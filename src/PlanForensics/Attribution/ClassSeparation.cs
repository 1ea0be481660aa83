namespace PlanForensics.Attribution;

/// <summary>What would tell two classes apart that both reproduce the recording.</summary>
/// <param name="ClassA">Index of one class.</param>
/// <param name="ClassB">Index of the other.</param>
/// <param name="StepIndex">First step in which an operator's output differs between them; null when no bit differs anywhere on this input.</param>
/// <param name="Operator">First such operator, for example <c>layer 1 down_proj</c>; null likewise.</param>
/// <param name="DifferentElements">Elements of its output with different bits.</param>
/// <param name="Evidence">What to record, in words.</param>
public sealed record ClassSeparation(int ClassA, int ClassB, int? StepIndex, string? Operator, long DifferentElements, string Evidence);
