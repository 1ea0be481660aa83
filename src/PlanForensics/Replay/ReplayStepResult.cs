using PlanForensics.Numerics;
using PlanForensics.Replay.Sharing;

namespace PlanForensics.Replay;

/// <summary>What a step gave for each sequence of its batch.</summary>
/// <param name="Logits">Logits of each sequence's last position, one array a sequence; none where <see cref="ReplayStep.TokensOnly"/> asked for none.</param>
/// <param name="Tokens">The greedy choice of each sequence.</param>
/// <param name="LogitsFormat">Format of the logits.</param>
public sealed record ReplayStepResult(IReadOnlyList<float[]> Logits, IReadOnlyList<int> Tokens, NumericFormat LogitsFormat)
{
    /// <summary>Where a memo keeps each row of logits, so that what is made of equal logits is made once; null without a memo.</summary>
    internal IReadOnlyList<SharedLogits>? Shared { get; init; }
}
