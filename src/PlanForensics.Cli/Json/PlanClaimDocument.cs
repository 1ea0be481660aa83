using PlanForensics.Attribution;
using PlanForensics.Cli.Output;

namespace PlanForensics.Cli.Json;

/// <summary>The plan that the recording says it ran, against the class found.</summary>
internal sealed record PlanClaimDocument
{
    public required string Stance { get; init; }

    public required int? StepIndex { get; init; }

    public required string? PlanFingerprint { get; init; }

    public required string? Candidate { get; init; }

    public required string Detail { get; init; }

    public static PlanClaimDocument? Of(PlanClaim? claim) => claim is null ? null : new()
    {
        Stance = Names.Of(claim.Stance),
        StepIndex = claim.StepIndex,
        PlanFingerprint = claim.Fingerprint,
        Candidate = claim.Candidate,
        Detail = claim.Detail,
    };
}
