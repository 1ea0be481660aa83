using PlanForensics.Contracts;

namespace PlanForensics.Attribution;

/// <summary>Which class of candidate plans made the recorded bits.</summary>
/// <remarks>Classes, not plans: orders that lower to equal programs cannot be told apart by any input. Bitwise: identical on every machine.</remarks>
public sealed record AttributionVerdict
{
    internal AttributionVerdict()
    {
    }

    /// <summary>The request.</summary>
    public required string RequestId { get; init; }

    /// <summary>The verdict.</summary>
    public required AttributionState State { get; init; }

    /// <summary>What the comparison said before the controls were asked; equals <see cref="State"/> unless a control failed.</summary>
    public required AttributionState Comparison { get; init; }

    /// <summary>The verdict in one sentence.</summary>
    public required string Explanation { get; init; }

    /// <summary>What limits the verdict (weak evidence, an approximate request, refused candidates, ...), in words.</summary>
    public required ValueList<string> Caveats { get; init; }

    /// <summary>The strongest evidence that was recorded; steps with weaker evidence are not counted.</summary>
    public required EvidenceKind Evidence { get; init; }

    /// <summary>Whether the evidence cannot show that bits are equal.</summary>
    public bool IsWeak => Evidence is EvidenceKind.Tokens or EvidenceKind.TopLogits;

    /// <summary>Every class, by its index.</summary>
    public required ValueList<ClassComparison> Classes { get; init; }

    /// <summary>Candidates that could not be replayed, and those that the recorded state rules out.</summary>
    public required ValueList<RefusedCandidate> Refused { get; init; }

    /// <summary>How far the recorded states narrowed the candidates; null where that was not asked, or the request cannot be replayed.</summary>
    public CandidateNarrowing? Narrowing { get; init; }

    /// <summary>Indices of the classes that reproduce every comparable step.</summary>
    public required ValueList<int> Matching { get; init; }

    /// <summary>Indices of all classes, nearest first: by steps equal, then by ulps and number of elements at the first step that differs.</summary>
    public required ValueList<int> Nearest { get; init; }

    /// <summary>
    /// Classes by the bits they make on this input: indices of classes that no comparable step tells apart, each group in ascending order, groups by their first index.
    /// Different programs in one group may still differ on another input.
    /// </summary>
    public required ValueList<ValueList<int>> BitGroups { get; init; }

    /// <summary>What would tell matching classes apart: the first against each other one.</summary>
    public required ValueList<ClassSeparation> Separations { get; init; }

    /// <summary>The plan that the recording says it ran; null unless a class was found.</summary>
    public required PlanClaim? Claim { get; init; }

    /// <summary>The controls; null when nothing was compared.</summary>
    public required ControlReport? Controls { get; init; }

    /// <summary>The class found, or the first of several that match; null when none does.</summary>
    public ClassComparison? Found => Matching.Count > 0 ? Classes[Matching[0]] : null;
}
