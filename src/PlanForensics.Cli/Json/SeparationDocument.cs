using PlanForensics.Attribution;

namespace PlanForensics.Cli.Json;

/// <summary>What would tell two matching classes apart.</summary>
internal sealed record SeparationDocument
{
    public required int ClassA { get; init; }

    public required int ClassB { get; init; }

    public required int? StepIndex { get; init; }

    public required string? Operator { get; init; }

    public required long DifferentElements { get; init; }

    public required string Evidence { get; init; }

    public static SeparationDocument Of(ClassSeparation separation) => new()
    {
        ClassA = separation.ClassA,
        ClassB = separation.ClassB,
        StepIndex = separation.StepIndex,
        Operator = separation.Operator,
        DifferentElements = separation.DifferentElements,
        Evidence = separation.Evidence,
    };
}
