using PlanForensics.Attribution;

namespace PlanForensics.Cli.Json;

/// <summary>One class of candidates against the recording.</summary>
internal sealed record PlanClassDocument
{
    public required int Index { get; init; }

    public required string ClassFingerprint { get; init; }

    public required IReadOnlyList<string> Members { get; init; }

    public required bool ReproducesEverything { get; init; }

    public required int StepsReplayed { get; init; }

    public required int StepsCompared { get; init; }

    public required int StepsEqual { get; init; }

    public required int? FirstDifferentStep { get; init; }

    public required long? MaxUlpsAtFirst { get; init; }

    public required long? DifferentElementsAtFirst { get; init; }

    public required long? MaxUlps { get; init; }

    public required int TokensCompared { get; init; }

    public required int TokensReproduced { get; init; }

    public required int? FirstDifferentToken { get; init; }

    public static PlanClassDocument Of(ClassComparison compared) => new()
    {
        Index = compared.Class.Index,
        ClassFingerprint = compared.Class.Fingerprint.Hex,
        Members = [.. compared.Class.Members],
        ReproducesEverything = compared.ReproducesEverything,
        StepsReplayed = compared.StepsReplayed,
        StepsCompared = compared.StepsCompared,
        StepsEqual = compared.StepsEqual,
        FirstDifferentStep = compared.FirstDifferentStep,
        MaxUlpsAtFirst = UlpQuantilesDocument.Comparable(compared.MaxUlpsAtFirst),
        DifferentElementsAtFirst = compared.DifferentElementsAtFirst,
        MaxUlps = UlpQuantilesDocument.Comparable(compared.MaxUlps),
        TokensCompared = compared.TokensCompared,
        TokensReproduced = compared.TokensReproduced,
        FirstDifferentToken = compared.FirstDifferentToken,
    };
}
