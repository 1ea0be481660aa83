namespace PlanForensics.Reporting;

/// <summary>A text, and the record that it is about.</summary>
/// <param name="Text">The text, not escaped.</param>
/// <param name="Record">Id of a record of this report; null for a text that is none.</param>
/// <param name="Tone">good, bad or unsure, which only colours it; pre for a text of several lines; null for plain.</param>
internal readonly record struct ReportLink(string Text, string? Record = null, string? Tone = null)
{
    /// <summary>Further links of the same cell.</summary>
    public IReadOnlyList<ReportLink>? Then { get; init; }

    public static implicit operator ReportLink(string text) => new(text);
}
