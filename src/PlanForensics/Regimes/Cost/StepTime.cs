namespace PlanForensics.Regimes.Cost;

/// <summary>A step's time in three parts, in milliseconds: <c>t = compute + comm + sync</c>. Null is not known.</summary>
/// <param name="ComputeMs">The rank's own work.</param>
/// <param name="CommMs">Transfer of its collectives: alpha + n / beta.</param>
/// <param name="SyncMs">Waiting for slower ranks.</param>
public readonly record struct StepTime(double? ComputeMs, double? CommMs, double? SyncMs)
{
    /// <summary>The sum; null where a part is not known.</summary>
    public double? TotalMs => ComputeMs + CommMs + SyncMs;
}
