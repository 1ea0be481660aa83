using PlanForensics.Attribution;

namespace PlanForensics.Cli.Commands;

/// <summary>What the demo did and found.</summary>
internal sealed record DemoOutcome
{
    public required IReadOnlyList<string> Prompts { get; init; }

    public required int LargeBatch { get; init; }

    public required int MaximumTokens { get; init; }

    /// <summary>The store, or null when it was a temporary one.</summary>
    public required string? Store { get; init; }

    public required int DivergingCount { get; init; }

    public required int AbsorbedCount { get; init; }

    /// <summary>Requests that differ in a step's bits when one plan serves every shape.</summary>
    public required int PinnedDifferentCount { get; init; }

    /// <summary>Ids of the request at both batch sizes; null when no completion diverges.</summary>
    public required string? RequestA { get; init; }

    public required string? RequestB { get; init; }

    /// <summary>Prompt and completion up to the flip; null likewise.</summary>
    public required string? ContextText { get; init; }

    /// <summary>The postmortem; null when no completion diverges.</summary>
    public required PostmortemResult? Postmortem { get; init; }

    /// <summary>Whether what was found was explained, and a pinned plan shows no difference.</summary>
    public bool IsExplained => PinnedDifferentCount == 0 && Postmortem is null or { State: PostmortemState.Explained };
}
