namespace PlanForensics.Attribution;

/// <summary>How far <see cref="LayerDrift"/> goes.</summary>
public sealed record LayerDriftOptions
{
    /// <summary>
    /// Steps replayed at most, from the first on; default 256. The cost is two replays of so many steps. <see cref="LayerDriftResult.Ending"/> says where it ended.
    /// </summary>
    public int MaximumSteps { get; init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(MaximumSteps), value, "at least one step"); } = 256;
}
