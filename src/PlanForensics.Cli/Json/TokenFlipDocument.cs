using PlanForensics.Cli.Tokenizers;
using PlanForensics.Diffing;

namespace PlanForensics.Cli.Json;

/// <summary>A step in which the sides chose different tokens. Gaps are of token A over token B.</summary>
internal sealed record TokenFlipDocument
{
    public required int StepIndexA { get; init; }

    public required int StepIndexB { get; init; }

    public required TokenDocument? TokenA { get; init; }

    public required TokenDocument? TokenB { get; init; }

    public required MarginDocument? MarginA { get; init; }

    public required MarginDocument? MarginB { get; init; }

    public required double? GapOnA { get; init; }

    public required double? GapOnB { get; init; }

    public required long? GapUlpsOnA { get; init; }

    public required long? GapUlpsOnB { get; init; }

    public static TokenFlipDocument? Of(TokenFlip? flip, ModelTokenizer? tokenizer) => flip is null ? null : new()
    {
        StepIndexA = flip.StepIndexA,
        StepIndexB = flip.StepIndexB,
        TokenA = TokenDocument.Of(flip.TokenA, tokenizer),
        TokenB = TokenDocument.Of(flip.TokenB, tokenizer),
        MarginA = MarginDocument.Of(flip.SideA.Margin),
        MarginB = MarginDocument.Of(flip.SideB.Margin),
        GapOnA = flip.SideA.Gap,
        GapOnB = flip.SideB.Gap,
        GapUlpsOnA = UlpQuantilesDocument.Comparable(flip.SideA.GapUlps),
        GapUlpsOnB = UlpQuantilesDocument.Comparable(flip.SideB.GapUlps),
    };
}
