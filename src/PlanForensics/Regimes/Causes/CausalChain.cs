using PlanForensics.Contracts;

namespace PlanForensics.Regimes.Causes;

/// <summary>A chain of causes that the records show, in order of steps.</summary>
/// <param name="Kind">Which chain.</param>
/// <param name="Replica">The replica; null when not recorded.</param>
/// <param name="Links">The proven links; the first is the earliest cause that can be proven.</param>
/// <param name="Missing">Stages that are not proven, and what would prove them.</param>
/// <param name="Chance">
/// How many chains like this one (of its kind, in this replica) are to be expected if the same iterations had come in any order: at most <see cref="CauseOptions.LargestChance"/>.
/// </param>
public sealed record CausalChain(ChainKind Kind, string? Replica, ValueList<CausalLink> Links, ValueList<MissingLink> Missing, double Chance)
{
    /// <summary>The earliest cause that can be proven.</summary>
    public CausalLink EarliestCause => Links[0];

    /// <summary>Whether every stage of the chain is proven.</summary>
    public bool IsComplete => Missing.Count == 0;
}
