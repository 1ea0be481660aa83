using System.Text.Json.Serialization;
using PlanForensics.Attribution.Incidents;
using PlanForensics.Cli.Output;

namespace PlanForensics.Cli.Json;

/// <summary>The first flip between two runs of an incident.</summary>
internal sealed record IncidentFlipDocument
{
    public required int Step { get; init; }

    public required IReadOnlyList<int?> Tokens { get; init; }

    public required IReadOnlyList<long?> MarginsUlps { get; init; }

    public required IReadOnlyList<string> Operators { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Pin { get; init; }

    public static IncidentFlipDocument Of(IncidentFlip flip) => new()
    {
        Step = flip.Flip.StepIndexA,
        Tokens = [flip.Flip.TokenA, flip.Flip.TokenB],
        MarginsUlps = [flip.Flip.SideA.Margin?.Ulps, flip.Flip.SideB.Margin?.Ulps],
        Operators = [.. flip.Bisection?.Operators.Select(item => item.Name) ?? []],
        Pin = IncidentReport.PinOf(flip),
    };
}
