using PlanForensics.Attribution;
using PlanForensics.Cli.Output;
using PlanForensics.Cli.Tokenizers;

namespace PlanForensics.Cli.Json;

/// <summary><c>bisect --json</c>.</summary>
internal sealed record BisectionDocument
{
    public required string State { get; init; }

    public required string Explanation { get; init; }

    public required string Target { get; init; }

    public required int? StepIndex { get; init; }

    public required TokenDocument? TokenA { get; init; }

    public required TokenDocument? TokenB { get; init; }

    public required IReadOnlyList<string> Searched { get; init; }

    public required int SameProgramCount { get; init; }

    public required IReadOnlyList<string> NotSubstituted { get; init; }

    public required IReadOnlyList<OperatorGroupDocument> Groups { get; init; }

    public required bool HasInteraction { get; init; }

    public required bool Cancels { get; init; }

    public required int SearchReplays { get; init; }

    public required int ReplayBound { get; init; }

    public required int InteractionReplays { get; init; }

    public required int VerificationReplays { get; init; }

    public required IReadOnlyList<ControlDocument>? Controls { get; init; }

    public static BisectionDocument Of(BisectionResult result, ModelTokenizer? tokenizer) => new()
    {
        State = Names.Of(result.State),
        Explanation = result.Explanation,
        Target = Names.Of(result.Target),
        StepIndex = result.StepIndex,
        TokenA = TokenDocument.Of(result.TokenA, tokenizer),
        TokenB = TokenDocument.Of(result.TokenB, tokenizer),
        Searched = [.. result.Searched],
        SameProgramCount = result.SameProgramCount,
        NotSubstituted = [.. result.NotSubstituted],
        Groups = [.. result.Groups.Select(OperatorGroupDocument.Of)],
        HasInteraction = result.HasInteraction,
        Cancels = result.Cancels,
        SearchReplays = result.SearchReplays,
        ReplayBound = result.ReplayBound,
        InteractionReplays = result.InteractionReplays,
        VerificationReplays = result.VerificationReplays,
        Controls = ControlDocument.Of(result.Controls),
    };
}
