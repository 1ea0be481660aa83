namespace PlanForensics.Reporting.Facts;

/// <summary>One class of candidates and how far it is from the recording.</summary>
internal sealed record ClassFacts
{
    public required string Name { get; init; }

    public required IReadOnlyList<string> Members { get; init; }

    public required string ClassFingerprint { get; init; }

    public required bool ReproducesEverything { get; init; }

    public required int StepsCompared { get; init; }

    public required int StepsEqual { get; init; }

    public required int? FirstDifferentStep { get; init; }

    public required long? MaxUlps { get; init; }

    public required int TokensCompared { get; init; }

    public required int TokensReproduced { get; init; }

    /// <summary>Logits by distance from the recorded ones, over the steps compared; empty where logits were not recorded in full.</summary>
    public required IReadOnlyList<BucketFacts> Histogram { get; init; }

    /// <summary>Ids of the records: the first step that differs.</summary>
    public required IReadOnlyList<string> Records { get; init; }
}
