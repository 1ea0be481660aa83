using PlanForensics.Regimes;
using PlanForensics.Regimes.Churn;

namespace PlanForensics.Cli.Json;

/// <summary>Drift between requests of equal x.</summary>
internal sealed record DriftDocument
{
    public required int Classes { get; init; }

    public required int Requests { get; init; }

    public required IReadOnlyList<DriftTallyDocument> BetweenReplicas { get; init; }

    public required IReadOnlyList<DriftTallyDocument> BetweenRequests { get; init; }

    public required IReadOnlyList<DriftPairDocument> Pairs { get; init; }

    public static DriftDocument Of(DriftReport drift) => new()
    {
        Classes = drift.Classes,
        Requests = drift.Requests,
        BetweenReplicas = [.. drift.BetweenReplicas.Select(DriftTallyDocument.Of)],
        BetweenRequests = [.. drift.BetweenRequests.Select(DriftTallyDocument.Of)],
        Pairs = [.. drift.Pairs.Select(pair => new DriftPairDocument
        {
            RegimeA = RegimeNames.NameOf(pair.RegimeA), RegimeB = RegimeNames.NameOf(pair.RegimeB), Compared = pair.Compared, Different = pair.Different,
        })],
    };
}
