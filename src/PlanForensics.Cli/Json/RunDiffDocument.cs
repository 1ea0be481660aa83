using PlanForensics.Cli.Tokenizers;
using PlanForensics.Diffing;

namespace PlanForensics.Cli.Json;

/// <summary><c>diff --store --json</c>.</summary>
internal sealed record RunDiffDocument
{
    public required string A { get; init; }

    public required string B { get; init; }

    public required string Verdict { get; init; }

    public required RequestDiffDocument Request { get; init; }

    public required EqualityDocument Weights { get; init; }

    public required int BitwiseEqualCount { get; init; }

    public required int AbsorbedCount { get; init; }

    public required int UndecidableCount { get; init; }

    public required IReadOnlyList<int> OnlyInA { get; init; }

    public required IReadOnlyList<int> OnlyInB { get; init; }

    public required int BeyondEndOfA { get; init; }

    public required int BeyondEndOfB { get; init; }

    public required FirstDivergenceDocument? FirstDivergence { get; init; }

    public required TokenFlipDocument? FirstFlip { get; init; }

    public required IReadOnlyList<StepDiffDocument> Steps { get; init; }

    public required string Ending { get; init; }

    public static RunDiffDocument Of(string a, string b, Equality verdict, TraceDiff diff, ModelTokenizer? tokenizer) => new()
    {
        A = a,
        B = b,
        Verdict = EqualityDocument.NameOf(verdict),
        Request = RequestDiffDocument.Of(diff.Request),
        Weights = EqualityDocument.Of(diff.Weights),
        BitwiseEqualCount = diff.BitwiseEqualCount,
        AbsorbedCount = diff.AbsorbedCount,
        UndecidableCount = diff.UndecidableCount,
        OnlyInA = [.. diff.OnlyInA],
        OnlyInB = [.. diff.OnlyInB],
        BeyondEndOfA = diff.BeyondEndOfA,
        BeyondEndOfB = diff.BeyondEndOfB,
        FirstDivergence = FirstDivergenceDocument.Of(diff.FirstDivergence),
        FirstFlip = TokenFlipDocument.Of(diff.FirstFlip, tokenizer),
        Steps = [.. diff.Steps.Select(step => StepDiffDocument.Of(step, tokenizer))],
        Ending = diff.Ending,
    };
}
