namespace PlanForensics.Replay;

/// <summary>The tokens that one sequence gives to a step.</summary>
/// <param name="Sequence">The sequence; the step appends to its cache.</param>
/// <param name="Tokens">Token ids, at least one.</param>
public readonly record struct SequenceTokens(ReplaySequence Sequence, ReadOnlyMemory<int> Tokens);
