using PlanForensics.Cli.Tokenizers;
using PlanForensics.Diffing;

namespace PlanForensics.Cli.Json;

/// <summary>One step on both sides.</summary>
internal sealed record StepDiffDocument
{
    public required int StepIndexA { get; init; }

    public required int StepIndexB { get; init; }

    public required int Rank { get; init; }

    public required EqualityDocument Tokens { get; init; }

    public required EqualityDocument Bits { get; init; }

    public required TokenDocument? TokenA { get; init; }

    public required TokenDocument? TokenB { get; init; }

    public required MarginDocument? MarginA { get; init; }

    public required MarginDocument? MarginB { get; init; }

    public required TensorDiffDocument? Logits { get; init; }

    public static StepDiffDocument Of(StepDiff step, ModelTokenizer? tokenizer) => new()
    {
        StepIndexA = step.StepIndexA,
        StepIndexB = step.StepIndexB,
        Rank = step.Rank,
        Tokens = EqualityDocument.Of(step.Tokens),
        Bits = EqualityDocument.Of(step.Bits),
        TokenA = TokenDocument.Of(step.TokenA, tokenizer),
        TokenB = TokenDocument.Of(step.TokenB, tokenizer),
        MarginA = MarginDocument.Of(step.MarginA),
        MarginB = MarginDocument.Of(step.MarginB),
        Logits = step.LogitsDiff is { } logits ? TensorDiffDocument.Of(logits) : null,
    };
}
