namespace PlanForensics.Reporting.Facts;

/// <summary>Which operators' plans make the difference.</summary>
/// <param name="State">The finding's name.</param>
/// <param name="Explanation">The finding in one sentence.</param>
/// <param name="StepIndex">The step looked at.</param>
/// <param name="Found">The operators.</param>
/// <param name="Controls">The three controls.</param>
internal sealed record OperatorSearchFacts(
    string State, string Explanation, int? StepIndex, IReadOnlyList<OperatorFacts> Found, IReadOnlyList<StatementFacts> Controls);
