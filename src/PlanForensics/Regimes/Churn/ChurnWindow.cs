namespace PlanForensics.Regimes.Churn;

/// <summary>Churn of consecutive engine steps of one replica.</summary>
/// <param name="Replica">The replica; null when not recorded.</param>
/// <param name="FirstIndex">Index of the first step.</param>
/// <param name="LastIndex">Index of the last step.</param>
/// <param name="StartedAt">When the first of its steps with a time began; null when none has one.</param>
/// <param name="Groups">Its regimes, in order of precedence.</param>
public sealed record ChurnWindow(string? Replica, int FirstIndex, int LastIndex, DateTimeOffset? StartedAt, IReadOnlyList<ChurnGroup> Groups);
