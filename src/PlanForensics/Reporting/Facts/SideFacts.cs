namespace PlanForensics.Reporting.Facts;

/// <summary>One recording: a side of a comparison, or a run of an incident.</summary>
internal sealed record SideFacts
{
    /// <summary>a, b or batch-4: part of the ids of its records.</summary>
    public required string Key { get; init; }

    /// <summary>How the report calls it.</summary>
    public required string Label { get; init; }

    /// <summary>Id of its record.</summary>
    public required string Record { get; init; }

    public required string RequestId { get; init; }

    public required IReadOnlyList<FieldFacts> Identity { get; init; }

    /// <summary>What the model saw, and how tokens were chosen.</summary>
    public required IReadOnlyList<FieldFacts> Request { get; init; }

    /// <summary>What changed the prompt on its way to the model, in order; absent where it was not recorded.</summary>
    public required IReadOnlyList<ShapingFacts>? Shaping { get; init; }

    public required IReadOnlyList<StepFacts> Steps { get; init; }

    /// <summary>Runs of steps with one regime, one batch size, one plan.</summary>
    public required IReadOnlyList<SegmentFacts> Timeline { get; init; }
}
