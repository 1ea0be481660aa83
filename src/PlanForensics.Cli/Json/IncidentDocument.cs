using System.Text.Json.Serialization;
using PlanForensics.Attribution.Incidents;

namespace PlanForensics.Cli.Json;

/// <summary>What <c>attribute --incident --json</c> prints.</summary>
internal sealed record IncidentDocument
{
    public required string Incident { get; init; }

    public required IReadOnlyList<IncidentRunDocument> Runs { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required IncidentFlipDocument? Flip { get; init; }

    public required double Seconds { get; init; }

    public static IncidentDocument Of(IncidentVerdict verdict, double seconds) => new()
    {
        Incident = verdict.Incident,
        Runs = [.. verdict.Runs.Select(IncidentRunDocument.Of)],
        Flip = verdict.Flip is { } flip ? IncidentFlipDocument.Of(flip) : null,
        Seconds = Math.Round(seconds, 2),
    };
}
