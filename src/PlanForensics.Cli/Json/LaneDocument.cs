namespace PlanForensics.Cli.Json;

/// <summary>One rank of one replica.</summary>
internal sealed record LaneDocument
{
    public string? Replica { get; init; }

    public required int Rank { get; init; }

    public required int EngineSteps { get; init; }
}
