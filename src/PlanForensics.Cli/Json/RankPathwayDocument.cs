using PlanForensics.Regimes.Churn;

namespace PlanForensics.Cli.Json;

/// <summary>A rank on another pathway than its peers.</summary>
internal sealed record RankPathwayDocument
{
    public int? Rank { get; init; }

    public required IReadOnlyList<PathwayDifferenceDocument> Differences { get; init; }

    public required int Count { get; init; }

    public required EngineStepDocument First { get; init; }

    public required EngineStepDocument Last { get; init; }

    public static RankPathwayDocument Of(RankPathwayFinding finding) => new()
    {
        Rank = finding.Rank,
        Differences = [.. finding.Differences.Select(one => new PathwayDifferenceDocument { Field = one.Field, Value = one.Value, Peers = one.Peers })],
        Count = finding.Count,
        First = EngineStepDocument.Of(finding.First),
        Last = EngineStepDocument.Of(finding.Last),
    };
}
