namespace PlanForensics.Reporting.Facts;

/// <summary>The cheapest pin that removes the flip.</summary>
/// <param name="Explanation">The result in one sentence.</param>
/// <param name="Scope">Which operators it fixes; absent where none holds.</param>
/// <param name="Rules">Its rules, as a plan file has them.</param>
internal sealed record PinFacts(string Explanation, string? Scope, IReadOnlyList<string> Rules);
