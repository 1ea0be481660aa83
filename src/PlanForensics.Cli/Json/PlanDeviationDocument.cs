using PlanForensics.Regimes.Churn;

namespace PlanForensics.Cli.Json;

/// <summary>Steps that ran another plan than expected.</summary>
internal sealed record PlanDeviationDocument
{
    public required string ShapeClass { get; init; }

    public required PlanIdentityDocument Expected { get; init; }

    public required PlanIdentityDocument Actual { get; init; }

    public required int Count { get; init; }

    public required EngineStepDocument First { get; init; }

    public static PlanDeviationDocument Of(PlanDeviation deviation) => new()
    {
        ShapeClass = deviation.ShapeClass.ToString(),
        Expected = PlanIdentityDocument.Of(deviation.Expected),
        Actual = PlanIdentityDocument.Of(deviation.Actual),
        Count = deviation.Count,
        First = EngineStepDocument.Of(deviation.First),
    };
}
