namespace PlanForensics.Regimes;

/// <summary>What tells that two requests' rows belong to one engine iteration.</summary>
/// <param name="Replica">The replica.</param>
/// <param name="Fingerprint">The batch.</param>
/// <param name="StartedTicks">When it began; -1 when not recorded.</param>
/// <param name="Occurrence">How many rows of the same request had the three before.</param>
internal readonly record struct StepKey(int Replica, int Fingerprint, long StartedTicks, int Occurrence)
{
    public override int GetHashCode() => HashCode.Combine(Replica * 65_599 + Fingerprint, StartedTicks, Occurrence);
}
