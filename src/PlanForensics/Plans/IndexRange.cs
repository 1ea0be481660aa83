namespace PlanForensics.Plans;

/// <summary>Successive term indices <c>Start .. Start + Count - 1</c>.</summary>
internal readonly record struct IndexRange(int Start, int Count);
