using System.Globalization;

namespace PlanForensics.Regimes.Churn;

/// <summary>Finds ranks on another pathway than their peers.</summary>
internal sealed class RankCheck(StepTimeline timeline, PlanIdentities identities)
{
    private readonly Dictionary<string, (int? Rank, PathwayDifference[] Differences, int Count, int First, int Last)> _findings = new(StringComparer.Ordinal);

    public IReadOnlyList<RankPathwayFinding> Findings =>
    [
        .. _findings.Values.OrderBy(finding => finding.First).Select(finding => new RankPathwayFinding(
            finding.Rank, finding.Differences, finding.Count, timeline.Steps[finding.First], timeline.Steps[finding.Last])),
    ];

    public void Check(int start, int end)
    {
        if (Agree(start, end))
            return;
        string?[][] pathways = new string?[end - start][];
        for (int rank = 0; rank < pathways.Length; rank++)
            pathways[rank] = PathwayOf(start + rank);
        // A field that a rank did not record tells nothing of the others either: it is left out.
        for (int field = 0; field < Fields.Length; field++)
            if (Array.Exists(pathways, pathway => pathway[field] is null))
                foreach (string?[] pathway in pathways)
                    pathway[field] = null;
        string[] texts = Array.ConvertAll(pathways, pathway => string.Join('\u001f', pathway));
        IGrouping<string, int>[] groups = [.. Enumerable.Range(0, texts.Length).GroupBy(rank => texts[rank]).OrderByDescending(group => group.Count()).ThenBy(group => group.First())];
        if (groups.Length < 2)
            return;
        bool hasMajority = groups[0].Count() * 2 > texts.Length;
        int peer = groups[0].First();
        foreach (IGrouping<string, int> group in groups.Skip(1))
        {
            foreach (int rank in hasMajority ? group : group.Take(1))
                Add(hasMajority ? timeline.DataOf(start + rank).Rank : null, Differences(pathways[rank], pathways[peer]), start + rank);
        }
    }

    private static readonly string[] Fields =
        ["algorithm_id", "kernel_variant", "precision_path", "library_config", "plan_fingerprint", "fallback_count", "dequantize_count", "requantize_count"];

    private bool Agree(int start, int end)
    {
        ref readonly StepData first = ref timeline.DataOf(start);
        int identity = identities.Of(first.ProfileSet);
        for (int position = start + 1; position < end; position++)
        {
            ref readonly StepData data = ref timeline.DataOf(position);
            if (identities.Of(data.ProfileSet) != identity || data.FallbackCount != first.FallbackCount || data.DequantizeCount != first.DequantizeCount
                || data.RequantizeCount != first.RequantizeCount)
                return false;
        }

        return true;
    }

    private string?[] PathwayOf(int position)
    {
        ref readonly StepData data = ref timeline.DataOf(position);
        PlanIdentity identity = identities[identities.Of(data.ProfileSet)];
        return
        [
            identity.AlgorithmId, identity.KernelVariant, identity.PrecisionPath, identity.LibraryConfig, identity.PlanFingerprint,
            Text(data.FallbackCount), Text(data.DequantizeCount), Text(data.RequantizeCount),
        ];
    }

    private static string? Text(int count) => count < 0 ? null : count.ToString(CultureInfo.InvariantCulture);

    private static PathwayDifference[] Differences(string?[] rank, string?[] peer) =>
        [.. Enumerable.Range(0, Fields.Length).Where(field => rank[field] != peer[field]).Select(field => new PathwayDifference(Fields[field], rank[field], peer[field]))];

    private void Add(int? rank, PathwayDifference[] differences, int position)
    {
        string key = FormattableString.Invariant($"{timeline.DataOf(position).Replica}\u001e{rank}\u001e")
            + string.Join('\u001e', differences.Select(difference => $"{difference.Field}\u001f{difference.Value}\u001f{difference.Peers}"));
        _findings[key] = _findings.TryGetValue(key, out (int? Rank, PathwayDifference[] Differences, int Count, int First, int Last) known)
            ? known with { Count = known.Count + 1, Last = position }
            : (rank, differences, 1, position, position);
    }
}
