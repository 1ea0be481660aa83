namespace PlanForensics.Reporting.Facts;

/// <summary>A plan that steps recorded.</summary>
/// <param name="Record">Id of its record in the report.</param>
/// <param name="Fingerprint">SHA-256 of its text.</param>
/// <param name="Text">Its text; absent where only the fingerprint was recorded.</param>
/// <param name="Steps">Steps that recorded it, over all sides.</param>
internal sealed record PlanFacts(string Record, string Fingerprint, string? Text, int Steps);
