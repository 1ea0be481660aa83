using PlanForensics.Attribution;
using PlanForensics.Cli.Output;

namespace PlanForensics.Cli.Json;

/// <summary><c>attribute --json</c>.</summary>
internal sealed record AttributionDocument
{
    public required string RequestId { get; init; }

    public string? Candidates { get; init; }

    public required string State { get; init; }

    public required string Comparison { get; init; }

    public required string Explanation { get; init; }

    public required IReadOnlyList<string> Caveats { get; init; }

    public required string Evidence { get; init; }

    public required bool IsWeak { get; init; }

    public required IReadOnlyList<int> Matching { get; init; }

    public required IReadOnlyList<int> Nearest { get; init; }

    public required IReadOnlyList<PlanClassDocument> Classes { get; init; }

    public required IReadOnlyList<SeparationDocument> Separations { get; init; }

    public required IReadOnlyList<RefusedCandidateDocument> Refused { get; init; }

    public required NarrowingDocument? Narrowing { get; init; }

    public required PlanClaimDocument? Claim { get; init; }

    public required IReadOnlyList<ControlDocument>? Controls { get; init; }

    public static AttributionDocument Of(AttributionVerdict verdict, string? candidates = null) => new()
    {
        RequestId = verdict.RequestId,
        Candidates = candidates,
        State = Names.Of(verdict.State),
        Comparison = Names.Of(verdict.Comparison),
        Explanation = verdict.Explanation,
        Caveats = [.. verdict.Caveats],
        Evidence = Names.Of(verdict.Evidence),
        IsWeak = verdict.IsWeak,
        Matching = [.. verdict.Matching],
        Nearest = [.. verdict.Nearest],
        Classes = [.. verdict.Classes.Select(PlanClassDocument.Of)],
        Separations = [.. verdict.Separations.Select(SeparationDocument.Of)],
        Refused = [.. verdict.Refused.Select(RefusedCandidateDocument.Of)],
        Narrowing = NarrowingDocument.Of(verdict.Narrowing),
        Claim = PlanClaimDocument.Of(verdict.Claim),
        Controls = ControlDocument.Of(verdict.Controls),
    };
}
