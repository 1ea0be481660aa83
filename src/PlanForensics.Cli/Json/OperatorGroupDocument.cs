using PlanForensics.Attribution;

namespace PlanForensics.Cli.Json;

/// <summary>One operator found, or several that have the effect only together.</summary>
internal sealed record OperatorGroupDocument
{
    public required IReadOnlyList<FoundOperatorDocument> Operators { get; init; }

    public required bool IsNecessary { get; init; }

    public required bool IsJoint { get; init; }

    public static OperatorGroupDocument Of(OperatorGroup group) =>
        new() { Operators = [.. group.Operators.Select(FoundOperatorDocument.Of)], IsNecessary = group.IsNecessary, IsJoint = group.IsJoint };
}
