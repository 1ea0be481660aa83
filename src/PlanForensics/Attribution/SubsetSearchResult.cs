using PlanForensics.Contracts;

namespace PlanForensics.Attribution;

/// <summary>What a subset search found.</summary>
public sealed record SubsetSearchResult
{
    internal SubsetSearchResult()
    {
    }

    /// <summary>n, the number of things searched.</summary>
    public required int Count { get; init; }

    /// <summary>The groups found, in order of discovery: one thing, or several that act only together. Empty when all together have no effect.</summary>
    public required ValueList<SubsetGroup> Groups { get; init; }

    /// <summary>Evaluations of the search itself; at most <see cref="SubsetSearch.Bound"/> of the groups found, unless things act together.</summary>
    public required int SearchEvaluations { get; init; }

    /// <summary>Further evaluations that reduced things which act together.</summary>
    public required int InteractionEvaluations { get; init; }

    /// <summary>Further evaluations that told whether what was found suffices alone, and is necessary.</summary>
    public required int VerificationEvaluations { get; init; }

    /// <summary>Whether all groups together have no effect although each has one: they cancel.</summary>
    public required bool Cancels { get; init; }

    /// <summary>Whether no set was seen to have an effect while a larger one that contains it had none.</summary>
    public required bool IsMonotone { get; init; }

    /// <summary>Whether things do not act independently: a group of several, cancellation, or an effect that a larger set loses.</summary>
    public bool HasInteraction => Cancels || !IsMonotone || Groups.Any(group => group.Members.Count > 1);
}
