namespace PlanForensics.Reporting.Facts;

/// <summary>One link of the chain.</summary>
/// <param name="Kind">What kind of event it is.</param>
/// <param name="StepIndex">The step at which it was seen.</param>
/// <param name="Text">What happened, with its numbers.</param>
/// <param name="Records">Ids of records in the report.</param>
internal sealed record CauseLinkFacts(string Kind, int? StepIndex, string Text, IReadOnlyList<string> Records);
