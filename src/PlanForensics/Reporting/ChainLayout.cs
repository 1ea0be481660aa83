using PlanForensics.Regimes.Causes;
using PlanForensics.Reporting.Facts;

namespace PlanForensics.Reporting;

/// <summary>Lays out the engine's chains of causes that reach into the reported steps.</summary>
internal static class ChainLayout
{
    private const int MostChains = 6;

    /// <summary>The chains of the reported requests' replicas whose links lie among their iterations, or begin before and end there; the latest first.</summary>
    public static IReadOnlyList<ChainFacts> Of(CauseReport? causes, StepRegimes steps) => causes is null ? [] :
    [
        .. causes.Chains.Where(chain => steps.Reaches(chain.Replica, chain.Links[0].StepIndex, chain.Links[^1].StepIndex))
            .OrderByDescending(chain => chain.Links[0].StepIndex).Take(MostChains).Select(chain => Lay(chain, steps)),
    ];

    private static ChainFacts Lay(CausalChain chain, StepRegimes steps) => new(
        Words.Name(chain.Kind),
        chain.Replica,
        chain.Chance,
        [
            .. chain.Links.Select(link => new CauseLinkFacts(
                Words.Name(link.Event), link.StepIndex, $"{(link.Rank is { } rank ? FormattableString.Invariant($"rank {rank}: ") : "")}{link.Evidence}", steps.RecordsAt(chain.Replica, link.StepIndex))),
        ],
        [.. chain.Missing.Select(stage => new StatementFacts(Words.Name(stage.Event), stage.Reason + (stage.Fields.Count == 0 ? "" : $" (record {string.Join(", ", stage.Fields)})"), []))]);
}
