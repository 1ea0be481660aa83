using PlanForensics.Attribution;
using PlanForensics.Plans;

namespace PlanForensics.Cli.Json;

/// <summary>An operator whose plan makes the difference.</summary>
internal sealed record FoundOperatorDocument
{
    public required string Name { get; init; }

    public required string Role { get; init; }

    public required int? Layer { get; init; }

    public required string PlanA { get; init; }

    public required string PlanB { get; init; }

    public required bool IsSufficient { get; init; }

    public required bool IsNecessary { get; init; }

    public static FoundOperatorDocument Of(FoundOperator found) => new()
    {
        Name = found.Name,
        Role = OperatorRoles.NameOf(found.Role),
        Layer = found.Layer < 0 ? null : found.Layer,
        PlanA = found.PlanA,
        PlanB = found.PlanB,
        IsSufficient = found.IsSufficient,
        IsNecessary = found.IsNecessary,
    };
}
