using PlanForensics.Contracts;

namespace PlanForensics.Attribution;

/// <summary>Which operators' plans make the difference between two sides.</summary>
/// <remarks>Bitwise: identical on every machine.</remarks>
public sealed record BisectionResult
{
    internal BisectionResult()
    {
    }

    /// <summary>The finding.</summary>
    public required BisectionState State { get; init; }

    /// <summary>The finding in one sentence.</summary>
    public required string Explanation { get; init; }

    /// <summary>What a substitution had to change.</summary>
    public required BisectionTarget Target { get; init; }

    /// <summary>Index of the step looked at, on side A; null when there is none.</summary>
    public int? StepIndex { get; init; }

    /// <summary>The token that side A's plan chooses there; null when nothing was replayed.</summary>
    public int? TokenA { get; init; }

    /// <summary>The token that side B's plan chooses there, from side A's inputs; null when nothing was replayed.</summary>
    public int? TokenB { get; init; }

    /// <summary>Names of the operators searched: those that run different programs at some step up to there.</summary>
    public ValueList<string> Searched { get; init; } = [];

    /// <summary>Operators that run equal programs on both sides, and so cannot matter.</summary>
    public int SameProgramCount { get; init; }

    /// <summary>Operators that differ but could not be substituted, with the reason.</summary>
    public ValueList<string> NotSubstituted { get; init; } = [];

    /// <summary>What was found, in order of discovery.</summary>
    public ValueList<OperatorGroup> Groups { get; init; } = [];

    /// <summary>Whether operators do not act independently (see <see cref="SubsetSearchResult.HasInteraction"/>).</summary>
    public bool HasInteraction { get; init; }

    /// <summary>Whether the groups, substituted together, have no effect although each has one.</summary>
    public bool Cancels { get; init; }

    /// <summary>Replays of the search; at most <see cref="ReplayBound"/> unless operators act together.</summary>
    public int SearchReplays { get; init; }

    /// <summary>k (ceil(log2 n) + 1) + 1 for the k groups found among n operators.</summary>
    public int ReplayBound { get; init; }

    /// <summary>Further replays that reduced operators which act together.</summary>
    public int InteractionReplays { get; init; }

    /// <summary>Further replays that told sufficient and necessary.</summary>
    public int VerificationReplays { get; init; }

    /// <summary>The controls; null when nothing was replayed.</summary>
    public ControlReport? Controls { get; init; }

    /// <summary>All operators found.</summary>
    public IEnumerable<FoundOperator> Operators => Groups.SelectMany(group => group.Operators);
}
