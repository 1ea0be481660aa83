using System.Collections.Immutable;
using PlanForensics.Numerics;

namespace PlanForensics.Identification;

/// <summary>A recorded flip: the logits of the same hidden vector under several batch sizes, for the tokens that changed places.</summary>
/// <param name="Description">What was run.</param>
/// <param name="Hidden">The hidden vector, (1, K).</param>
/// <param name="Weights">The head's rows of those tokens, (tokens, K).</param>
/// <param name="Tokens">The tokens.</param>
/// <param name="Runs">One entry a run.</param>
public sealed record RecordedFlip(string Description, TensorValue Hidden, TensorValue Weights, ImmutableArray<int> Tokens, ImmutableArray<RecordedFlipRun> Runs);
