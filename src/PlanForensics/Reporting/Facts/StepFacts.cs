namespace PlanForensics.Reporting.Facts;

/// <summary>One recorded step.</summary>
internal sealed record StepFacts
{
    /// <summary>Id of the record in the report, for example <c>step-a-7</c>.</summary>
    public required string Record { get; init; }

    public required int StepIndex { get; init; }

    public required int Rank { get; init; }

    public required string Phase { get; init; }

    public required string Shape { get; init; }

    public required int QueryLength { get; init; }

    public required int KeyLength { get; init; }

    public required int? BatchSize { get; init; }

    public required int? BatchTokens { get; init; }

    public required string? Regime { get; init; }

    public required string? PlanFingerprint { get; init; }

    public required TokenFacts? Token { get; init; }

    public required long? MarginUlps { get; init; }

    public required double? Margin { get; init; }

    public required string? LogitsFormat { get; init; }

    public required string? LogitsSha256 { get; init; }

    /// <summary>Whether its bits are those of the side it was compared with: equal, different or undecidable; absent where it was not compared.</summary>
    public required string? Bits { get; init; }

    /// <summary>Logits with other bits than on that side; absent unless both sides recorded all logits.</summary>
    public required long? LogitsDifferent { get; init; }

    /// <summary>Their largest distance in ulps.</summary>
    public required long? LogitsMaxUlps { get; init; }

    public required double? QueueTimeMs { get; init; }

    public required double? GpuTimeMs { get; init; }
}
