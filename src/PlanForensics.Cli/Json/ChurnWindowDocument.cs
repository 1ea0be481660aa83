using PlanForensics.Regimes.Churn;

namespace PlanForensics.Cli.Json;

/// <summary>Churn of consecutive engine steps of a replica.</summary>
internal sealed record ChurnWindowDocument
{
    public string? Replica { get; init; }

    public required int FirstStep { get; init; }

    public required int LastStep { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public required IReadOnlyList<ChurnGroupDocument> Regimes { get; init; }

    public static ChurnWindowDocument Of(ChurnWindow window) => new()
    {
        Replica = window.Replica,
        FirstStep = window.FirstIndex,
        LastStep = window.LastIndex,
        StartedAt = window.StartedAt,
        Regimes = [.. window.Groups.Select(ChurnGroupDocument.Of)],
    };
}
