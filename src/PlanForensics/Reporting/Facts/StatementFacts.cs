namespace PlanForensics.Reporting.Facts;

/// <summary>One statement and the records that it rests on.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Text">The statement.</param>
/// <param name="Records">Ids of records in the report.</param>
internal sealed record StatementFacts(string Name, string Text, IReadOnlyList<string> Records);
