using PlanForensics.Regimes;

namespace PlanForensics.Cli.Json;

/// <summary>A recorded regime that the inputs contradict.</summary>
internal sealed record RegimeLabelDocument
{
    public required string Recorded { get; init; }

    public required string Classified { get; init; }

    public required int Count { get; init; }

    public required string RequestId { get; init; }

    public required EngineStepDocument First { get; init; }

    public static RegimeLabelDocument Of(RegimeLabelFinding finding) => new()
    {
        Recorded = finding.Recorded,
        Classified = RegimeNames.NameOf(finding.Classified),
        Count = finding.Count,
        RequestId = finding.FirstRequestId,
        First = EngineStepDocument.Of(finding.First),
    };
}
