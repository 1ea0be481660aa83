namespace PlanForensics.Attribution;

/// <summary>What to bisect.</summary>
public sealed record BisectionOptions
{
    /// <summary>What a substitution must change; default the token.</summary>
    public BisectionTarget Target { get; init; } = BisectionTarget.Token;

    /// <summary>Index of the step to look at on side A; null (default) for the first step at which the two sides differ in the target.</summary>
    public int? StepIndex { get; init; }

    /// <summary>
    /// Whether every operator is tried alone before sets are halved; default false. It takes one replay an operator and finds all that suffice, where halving can end at a group that only works together.
    /// </summary>
    public bool TriesSingles { get; init; }
}
