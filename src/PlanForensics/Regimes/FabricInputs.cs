using System.Runtime.CompilerServices;

namespace PlanForensics.Regimes;

/// <summary>The values from which a fabric regime is decided, over a window of steps; null is "not recorded". Numbers are finite and not negative.</summary>
public readonly record struct FabricInputs
{
    /// <summary>Whether the step runs a collective at all; null when the record does not say.</summary>
    public bool? HasCollective { get; init; }

    /// <summary>Median inflation: a collective's time over the median time of collectives of its size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">NaN, infinite or negative.</exception>
    public double? InflationP50 { get; init => field = Check(value); }

    /// <summary>95th percentile of inflation.</summary>
    /// <exception cref="ArgumentOutOfRangeException">NaN, infinite or negative.</exception>
    public double? InflationP95 { get; init => field = Check(value); }

    /// <summary>99th percentile of inflation.</summary>
    /// <exception cref="ArgumentOutOfRangeException">NaN, infinite or negative.</exception>
    public double? InflationP99 { get; init => field = Check(value); }

    /// <summary>95th percentile of rank skew over the median time of collectives of the size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">NaN, infinite or negative.</exception>
    public double? SkewP95 { get; init => field = Check(value); }

    /// <summary>Mean number of retransmitted packets a step.</summary>
    /// <exception cref="ArgumentOutOfRangeException">NaN, infinite or negative.</exception>
    public double? Retransmits { get; init => field = Check(value); }

    private static double? Check(double? value, [CallerMemberName] string name = "") => value is null || (double.IsFinite(value.Value) && value >= 0)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} must be finite and 0 or more");
}
