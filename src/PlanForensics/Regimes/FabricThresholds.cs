using System.Runtime.CompilerServices;

namespace PlanForensics.Regimes;

/// <summary>
/// Limits of the fabric regime. Inflation is a collective's time over the median time of collectives of its size in the replica (1 = as usual); a step is above a limit when
/// its value is greater, not when it is equal.
/// </summary>
public sealed record FabricThresholds
{
    /// <summary>Engine steps, this one and those before it, over which percentiles are taken. Default: 64.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1 or more than 100,000.</exception>
    public int WindowSteps { get; init => field = value is >= 1 and <= 100_000 ? value : throw new ArgumentOutOfRangeException(nameof(WindowSteps), value, "a window has 1 to 100000 steps"); } = 64;

    /// <summary>Congested above this 95th percentile of inflation. Default: 2.</summary>
    public double CongestedP95 { get; init => field = Limit(value); } = 2;

    /// <summary>Congested above this 99th percentile of inflation. Default: 4.</summary>
    public double CongestedP99 { get; init => field = Limit(value); } = 4;

    /// <summary>Congested above this 95th percentile of rank skew over the median time of collectives of its size. Default: 1.</summary>
    public double CongestedSkew { get; init => field = Limit(value); } = 1;

    /// <summary>Congested above this mean number of retransmitted packets a step. Default: 0.</summary>
    public double CongestedRetransmits { get; init => field = Limit(value); }

    /// <summary>Degraded above this median of inflation: the typical collective is slow. Default: 2.</summary>
    public double DegradedP50 { get; init => field = Limit(value); } = 2;

    /// <summary>Degraded above this 99th percentile of inflation. Default: 10.</summary>
    public double DegradedP99 { get; init => field = Limit(value); } = 10;

    /// <summary>Degraded above this 95th percentile of rank skew over the median time of collectives of its size. Default: 5.</summary>
    public double DegradedSkew { get; init => field = Limit(value); } = 5;

    /// <summary>Degraded above this mean number of retransmitted packets a step. Default: 10.</summary>
    public double DegradedRetransmits { get; init => field = Limit(value); } = 10;

    private static double Limit(double value, [CallerMemberName] string name = "") =>
        double.IsFinite(value) && value >= 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be finite and 0 or more");
}
