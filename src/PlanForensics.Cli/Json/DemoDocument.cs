using PlanForensics.Cli.Commands;
using PlanForensics.Cli.Tokenizers;

namespace PlanForensics.Cli.Json;

/// <summary><c>demo --json</c>.</summary>
internal sealed record DemoDocument
{
    public required IReadOnlyList<string> Prompts { get; init; }

    public required IReadOnlyList<int> BatchSizes { get; init; }

    public required int MaximumTokens { get; init; }

    public required string? Store { get; init; }

    public required int DivergingCount { get; init; }

    public required int AbsorbedCount { get; init; }

    public required int PinnedDifferentCount { get; init; }

    public required string? RequestA { get; init; }

    public required string? RequestB { get; init; }

    public required string? ContextText { get; init; }

    public required PostmortemDocument? Postmortem { get; init; }

    public static DemoDocument Of(DemoOutcome outcome, ModelTokenizer tokenizer) => new()
    {
        Prompts = outcome.Prompts,
        BatchSizes = [1, outcome.LargeBatch],
        MaximumTokens = outcome.MaximumTokens,
        Store = outcome.Store,
        DivergingCount = outcome.DivergingCount,
        AbsorbedCount = outcome.AbsorbedCount,
        PinnedDifferentCount = outcome.PinnedDifferentCount,
        RequestA = outcome.RequestA,
        RequestB = outcome.RequestB,
        ContextText = outcome.ContextText,
        Postmortem = PostmortemDocument.Of(outcome.Postmortem, tokenizer),
    };
}
