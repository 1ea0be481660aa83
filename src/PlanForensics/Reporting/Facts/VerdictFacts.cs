namespace PlanForensics.Reporting.Facts;

/// <summary>The verdict: one word, one sentence, and what limits it.</summary>
/// <param name="State">The verdict's name in snake_case.</param>
/// <param name="Tone">good, bad or unsure: how the state is coloured, beside its word.</param>
/// <param name="Sentence">The verdict in one sentence.</param>
/// <param name="Caveats">What limits it.</param>
internal sealed record VerdictFacts(string State, string Tone, string Sentence, IReadOnlyList<string> Caveats);
