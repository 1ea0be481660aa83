namespace PlanForensics.Reporting.Facts;

/// <summary>Two sides chose different tokens.</summary>
internal sealed record FlipFacts
{
    public required int StepIndex { get; init; }

    public required string SideA { get; init; }

    public required string SideB { get; init; }

    public required TokenFacts? TokenA { get; init; }

    public required TokenFacts? TokenB { get; init; }

    public required long? MarginUlpsA { get; init; }

    public required long? MarginUlpsB { get; init; }

    /// <summary>Ids of both sides' step records.</summary>
    public required IReadOnlyList<string> Records { get; init; }
}
