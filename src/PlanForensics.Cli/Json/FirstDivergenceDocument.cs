using PlanForensics.Diffing;

namespace PlanForensics.Cli.Json;

/// <summary>Where bits first differ.</summary>
internal sealed record FirstDivergenceDocument
{
    public required int StepIndexA { get; init; }

    public required int StepIndexB { get; init; }

    public required int Rank { get; init; }

    public required int? Layer { get; init; }

    public required string? HiddenState { get; init; }

    public required string? CapturedTensor { get; init; }

    public required string? ElementOf { get; init; }

    public required ElementDifferenceDocument? Element { get; init; }

    public required int UndecidableStepsBefore { get; init; }

    public static FirstDivergenceDocument? Of(FirstDivergence? first) => first is null ? null : new()
    {
        StepIndexA = first.StepIndexA,
        StepIndexB = first.StepIndexB,
        Rank = first.Rank,
        Layer = first.Layer,
        HiddenState = first.HiddenState?.ToString(),
        CapturedTensor = first.CapturedTensor?.ToString(),
        ElementOf = first.ElementOf,
        Element = ElementDifferenceDocument.Of(first.Element),
        UndecidableStepsBefore = first.UndecidableStepsBefore,
    };
}
