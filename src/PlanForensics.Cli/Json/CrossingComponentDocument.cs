namespace PlanForensics.Cli.Json;

/// <summary>The recorded value that moved a derived one most.</summary>
internal sealed record CrossingComponentDocument
{
    public required string Input { get; init; }

    public required double Before { get; init; }

    public required double After { get; init; }
}
