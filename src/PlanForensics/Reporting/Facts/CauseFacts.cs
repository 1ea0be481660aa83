namespace PlanForensics.Reporting.Facts;

/// <summary>The chain from the first cause to the token.</summary>
/// <param name="Sentence">The chain in one sentence.</param>
/// <param name="Links">Its links, in order.</param>
/// <param name="Chains">What pushed the engine meanwhile, by its own iterations.</param>
internal sealed record CauseFacts(string Sentence, IReadOnlyList<CauseLinkFacts> Links, IReadOnlyList<ChainFacts> Chains);
