using PlanForensics.Diffing;

namespace PlanForensics.Cli.Json;

/// <summary>Two effective requests compared.</summary>
internal sealed record RequestDiffDocument
{
    public required EqualityDocument Finding { get; init; }

    public required int? FirstDifferentTokenIndex { get; init; }

    public required int? TokenA { get; init; }

    public required int? TokenB { get; init; }

    public required string? ApproximationA { get; init; }

    public required string? ApproximationB { get; init; }

    public required IReadOnlyList<RequestFieldDocument> Fields { get; init; }

    public static RequestDiffDocument Of(RequestComparison request) => new()
    {
        Finding = EqualityDocument.Of(request.Finding),
        FirstDifferentTokenIndex = request.Tokens.FirstDifferentIndex,
        TokenA = request.Tokens.TokenA,
        TokenB = request.Tokens.TokenB,
        ApproximationA = request.ApproximationA,
        ApproximationB = request.ApproximationB,
        Fields = [.. request.Fields.Select(RequestFieldDocument.Of)],
    };
}
