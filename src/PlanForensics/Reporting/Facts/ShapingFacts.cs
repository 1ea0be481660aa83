namespace PlanForensics.Reporting.Facts;

/// <summary>One change of the prompt or the decode path on the way to the model.</summary>
/// <param name="Kind">truncation, policy_gate, prefix_cache, or the event's own word.</param>
/// <param name="Detail">What happened.</param>
/// <param name="TokensBefore">Tokens before it.</param>
/// <param name="TokensAfter">Tokens after it.</param>
internal sealed record ShapingFacts(string Kind, string Detail, int? TokensBefore, int? TokensAfter);
