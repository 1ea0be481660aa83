namespace PlanForensics.Plans;

/// <summary>One block of keys of an online softmax.</summary>
/// <param name="Start">First key position, 0-based.</param>
/// <param name="Count">Keys.</param>
/// <param name="Values">Program of the weighted values over the block's keys.</param>
/// <param name="Sum">Program of the sum of the block's exponentials.</param>
public sealed record AttentionBlock(int Start, int Count, ReductionProgram Values, ReductionProgram Sum);
