using PlanForensics.Attribution;
using PlanForensics.Attribution.Incidents;
using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Regimes;
using PlanForensics.Regimes.Causes;

namespace PlanForensics.Reporting;

/// <summary>What a report is made of: recordings, and the results of the rooms that looked at them. What is null was not asked, and the report says so.</summary>
public sealed record ReportContent
{
    /// <summary>The recordings: one request, both sides of a comparison (side A first), or the runs of an incident. At least one.</summary>
    public required ValueList<ExecutionContract> Recordings
    {
        get;
        init => field = value is { Count: > 0 } ? value : throw new ArgumentException("a report is about at least one recording", nameof(Recordings));
    }

    /// <summary>How each recording differs from the first, aligned with <see cref="Recordings"/>; null at the first, or where it was not compared. May be empty.</summary>
    public ValueList<TraceDiff?> Diffs { get; init; } = [];

    /// <summary>Which class of plans made each recording's bits, aligned with <see cref="Recordings"/>. May be empty.</summary>
    public ValueList<AttributionVerdict?> Attributions { get; init; } = [];

    /// <summary>Why two recordings differ.</summary>
    public PostmortemResult? Postmortem { get; init; }

    /// <summary>What happened in a whole incident; its runs are in the order of <see cref="Recordings"/>.</summary>
    public IncidentVerdict? Incident { get; init; }

    /// <summary>Where two plans drift apart inside the decoder.</summary>
    public LayerDriftResult? Layers { get; init; }

    /// <summary>Where the candidate plans came from, in words; null where none were asked.</summary>
    public string? CandidateSource { get; init; }

    /// <summary>What each step's regime was, over all that the store holds; null where it was not asked.</summary>
    public RegimeHistory? Regimes { get; init; }

    /// <summary>The engine's chains of causes, over all that the store holds; null where they were not asked. They need <see cref="Regimes"/>, whose timeline places them.</summary>
    public CauseReport? Causes { get; init; }

    /// <summary>Why plans were not asked, in words (<c>no model was given</c>); null where they were.</summary>
    public string? WhyNoPlans { get; init; }
}
