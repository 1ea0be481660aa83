using System.Collections.Immutable;

namespace PlanForensics.Identification;

/// <summary>One run of a recorded flip.</summary>
/// <param name="Name">As the record calls it, for example <c>M4_t1</c>: batch 4, one thread.</param>
/// <param name="Rows">Batch size.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Argmax">The token that won.</param>
/// <param name="LogitBits">The bits of the logits of <see cref="RecordedFlip.Tokens"/>, in their order.</param>
public sealed record RecordedFlipRun(string Name, int Rows, int Threads, int Argmax, ImmutableArray<uint> LogitBits);
