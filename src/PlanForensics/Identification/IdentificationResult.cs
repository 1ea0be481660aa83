using System.Collections.Immutable;

namespace PlanForensics.Identification;

/// <summary>The plan that a recorded operator's bits name.</summary>
public sealed record IdentificationResult
{
    /// <summary>The recorded operator's name.</summary>
    public required string Name { get; init; }

    /// <summary>What the bits say.</summary>
    public required IdentificationVerdict Verdict { get; init; }

    /// <summary>The plans of the winning class, one for each distinct program, the engine's own first; for an unexplained output the nearest plan; empty when no plan competes.</summary>
    public ImmutableArray<ScoredPlan> Plans { get; init; } = [];

    /// <summary>Texts of <see cref="Plans"/> joined by <c> | </c>; null when no plan competes.</summary>
    public string? Plan => Plans.IsEmpty ? null : string.Join(" | ", Plans.Select(plan => plan.Plan));

    /// <summary>Elements that the first of <see cref="Plans"/> reproduces bit for bit.</summary>
    public long Reproduced => Plans.IsEmpty ? 0 : Plans[0].Reproduced;

    /// <summary>Elements of the output.</summary>
    public required long Elements { get; init; }

    /// <summary>The best candidate outside the winning class; null when there is none. Negative controls do not count.</summary>
    public ScoredPlan? RunnerUp { get; init; }

    /// <summary>Why the verdict is not <see cref="IdentificationVerdict.Identified"/>, and what would tell more; null when it is.</summary>
    public string? Reason { get; init; }
}
