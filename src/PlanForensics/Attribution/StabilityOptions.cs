using PlanForensics.Replay;

namespace PlanForensics.Attribution;

/// <summary>How a stability budget is measured.</summary>
public sealed record StabilityOptions
{
    /// <summary>Steps at most; null (default) for all recorded ones.</summary>
    public int? MaximumSteps { get; init; }

    /// <summary>A step is at risk when its margin is less than this many times the largest difference; default 2, more than 0.</summary>
    public double AtRiskBelow
    {
        get;
        init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(AtRiskBelow), value, "more than 0");
    } = 2;

    /// <summary>The plan whose margins are taken where the recording holds no top-2 logits; null (default) for the first class.</summary>
    public PlanSchedule? Base { get; init; }
}
