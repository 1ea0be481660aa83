using PlanForensics.Regimes;

namespace PlanForensics.Cli.Json;

/// <summary>What a timeline of engine steps was made of.</summary>
internal sealed record TimelineDocument
{
    public required int Requests { get; init; }

    public required int Rows { get; init; }

    public required int Iterations { get; init; }

    public required int EngineSteps { get; init; }

    public required IReadOnlyList<LaneDocument> Lanes { get; init; }

    public required int UnjoinedRows { get; init; }

    public required int DisagreeingSteps { get; init; }

    public required int Contradictions { get; init; }

    public required long DroppedSteps { get; init; }

    public static TimelineDocument Of(RegimeHistory history)
    {
        StepTimeline timeline = history.Timeline;
        return new TimelineDocument
        {
            Requests = timeline.Requests.Count,
            Rows = timeline.RowCount,
            Iterations = history.CountIterations().Values.Sum(),
            EngineSteps = timeline.Steps.Count,
            Lanes = [.. timeline.Lanes.Select(lane => new LaneDocument { Replica = lane.Replica, Rank = lane.Rank, EngineSteps = lane.Steps.Count })],
            UnjoinedRows = timeline.UnjoinedRows,
            DisagreeingSteps = timeline.DisagreeingSteps,
            Contradictions = timeline.Contradictions,
            DroppedSteps = timeline.Requests.Sum(request => request.DroppedSteps),
        };
    }
}
