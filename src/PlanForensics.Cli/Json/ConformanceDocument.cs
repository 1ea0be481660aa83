using PlanForensics.Regimes.Churn;

namespace PlanForensics.Cli.Json;

/// <summary>How many steps ran the expected plan.</summary>
internal sealed record ConformanceDocument
{
    public required int Conforming { get; init; }

    public required int Deviating { get; init; }

    public required int Undecidable { get; init; }

    public double? Share { get; init; }

    public required IReadOnlyList<PlanDeviationDocument> Deviations { get; init; }

    public static ConformanceDocument Of(PlanConformance conformance) => new()
    {
        Conforming = conformance.Conforming,
        Deviating = conformance.Deviating,
        Undecidable = conformance.Undecidable,
        Share = conformance.Share,
        Deviations = [.. conformance.Deviations.Select(PlanDeviationDocument.Of)],
    };
}
