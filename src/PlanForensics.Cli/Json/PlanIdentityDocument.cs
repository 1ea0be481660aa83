using PlanForensics.Regimes.Churn;

namespace PlanForensics.Cli.Json;

/// <summary>What a step's record says of its plan.</summary>
internal sealed record PlanIdentityDocument
{
    public string? AlgorithmId { get; init; }

    public string? KernelVariant { get; init; }

    public string? PrecisionPath { get; init; }

    public string? LibraryConfig { get; init; }

    public string? PlanFingerprint { get; init; }

    public static PlanIdentityDocument Of(PlanIdentity plan) => new()
    {
        AlgorithmId = plan.AlgorithmId,
        KernelVariant = plan.KernelVariant,
        PrecisionPath = plan.PrecisionPath,
        LibraryConfig = plan.LibraryConfig,
        PlanFingerprint = plan.PlanFingerprint,
    };
}
