namespace PlanForensics.Cli.Json;

/// <summary>Drift between two regimes.</summary>
internal sealed record DriftPairDocument
{
    public required string RegimeA { get; init; }

    public required string RegimeB { get; init; }

    public required long Compared { get; init; }

    public required long Different { get; init; }
}
