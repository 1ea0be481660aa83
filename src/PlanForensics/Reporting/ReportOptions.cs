namespace PlanForensics.Reporting;

/// <summary>How a report is written.</summary>
public sealed record ReportOptions
{
    /// <summary>The text of a token id; null (default) where no tokeniser is at hand: tokens are then ids.</summary>
    public Func<int, string>? TokenText { get; init; }

    /// <summary>The text of a run of tokens; null (default) likewise.</summary>
    public Func<IReadOnlyList<int>, string>? Decode { get; init; }

    /// <summary>Name and version of what wrote the report; default <c>PlanForensics</c>.</summary>
    public string Tool { get; init; } = "PlanForensics";

    /// <summary>Classes listed for each recording, the nearest first; default 8. How many are left out is said.</summary>
    public int MostClasses { get; init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(MostClasses), value, "at least one class"); } = 8;
}
