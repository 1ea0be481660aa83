namespace PlanForensics.Cli.Json;

/// <summary>How many engine steps ran in a regime.</summary>
internal sealed record RegimeCountDocument
{
    public required string Regime { get; init; }

    public required int Iterations { get; init; }
}
