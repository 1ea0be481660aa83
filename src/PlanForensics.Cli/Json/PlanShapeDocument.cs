using PlanForensics.Plans;

namespace PlanForensics.Cli.Json;

/// <summary>The shape at which a plan was lowered.</summary>
internal sealed record PlanShapeDocument
{
    public required int Rows { get; init; }

    public required int Columns { get; init; }

    public required int Depth { get; init; }

    public required bool HasBias { get; init; }

    public static PlanShapeDocument Of(OperatorShape shape) =>
        new() { Rows = shape.Rows, Columns = shape.Columns, Depth = shape.Depth, HasBias = shape.HasBias };
}
