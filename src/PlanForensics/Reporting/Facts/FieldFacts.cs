namespace PlanForensics.Reporting.Facts;

/// <summary>A named value; a value that was not recorded is absent.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its text.</param>
internal sealed record FieldFacts(string Name, string? Value);
