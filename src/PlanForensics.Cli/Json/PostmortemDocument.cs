using PlanForensics.Attribution;
using PlanForensics.Cli.Output;
using PlanForensics.Cli.Tokenizers;

namespace PlanForensics.Cli.Json;

/// <summary>Why two runs of one request differ.</summary>
internal sealed record PostmortemDocument
{
    public string? Candidates { get; init; }

    public required string State { get; init; }

    public required string Explanation { get; init; }

    public required IReadOnlyList<string> Caveats { get; init; }

    public required RequestDiffDocument Request { get; init; }

    public required FirstDivergenceDocument? FirstDivergence { get; init; }

    public required TokenFlipDocument? FirstFlip { get; init; }

    public required AttributionDocument? SideA { get; init; }

    public required AttributionDocument? SideB { get; init; }

    public required BisectionDocument? Bisection { get; init; }

    public required PinDocument? Pin { get; init; }

    public static PostmortemDocument? Of(PostmortemResult? result, ModelTokenizer tokenizer, string? candidates = null) => result is null ? null : new()
    {
        Candidates = candidates,
        State = Names.Of(result.State),
        Explanation = result.Explanation,
        Caveats = [.. result.Caveats],
        Request = RequestDiffDocument.Of(result.Request),
        FirstDivergence = FirstDivergenceDocument.Of(result.FirstDivergence),
        FirstFlip = TokenFlipDocument.Of(result.Flip, tokenizer),
        SideA = result.SideA is { } a ? AttributionDocument.Of(a) : null,
        SideB = result.SideB is { } b ? AttributionDocument.Of(b) : null,
        Bisection = result.Bisection is { } bisection ? BisectionDocument.Of(bisection, tokenizer) : null,
        Pin = PinDocument.Of(result.Pin),
    };
}
