namespace PlanForensics.Reporting.Facts;

/// <summary>A token.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">Its text, where a tokeniser is at hand.</param>
internal sealed record TokenFacts(int Id, string? Text);
