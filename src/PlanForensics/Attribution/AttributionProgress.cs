namespace PlanForensics.Attribution;

/// <summary>How far a long computation has come.</summary>
/// <param name="Stage">What is being done, for example <c>replay</c> or <c>controls</c>.</param>
/// <param name="Done">Units finished (replays).</param>
/// <param name="Total">Units of the stage; 0 when unknown.</param>
public readonly record struct AttributionProgress(string Stage, int Done, int Total);
