namespace PlanForensics.Replay;

/// <summary>Where a step of one sequence lies.</summary>
/// <param name="Rows">Tokens of the sequence in the step.</param>
/// <param name="FirstPosition">0-based position of the first of them.</param>
/// <param name="BatchRows">Rows of the recorded batch; 0 for the rows given.</param>
/// <param name="FirstRow">Row of the recorded batch at which the sequence's rows start.</param>
/// <param name="FirstSequence">Sequences of the recorded batch before this one: its row in the head, which takes one row a sequence; null for <paramref name="FirstRow"/>.</param>
public readonly record struct StepExtent(int Rows, int FirstPosition, int BatchRows = 0, int FirstRow = 0, int? FirstSequence = null);
