using System.Runtime.CompilerServices;

namespace PlanForensics.Regimes.Causes;

/// <summary>Limits of the detectors.</summary>
public sealed record CauseOptions
{
    /// <summary>N: a link follows the one before within so many iterations. Default: 16.</summary>
    public int WithinIterations { get; init => field = value is >= 1 and <= 10_000 ? value : throw new ArgumentOutOfRangeException(nameof(WithinIterations), value, "1 to 10000"); } = 16;

    /// <summary>A rank is slow above this multiple of the median of its group's own times. Default: 1.5.</summary>
    public double SlowRankFactor { get; init => field = Above(value, 1); } = 1.5;

    /// <summary>A collective is inflated above this multiple of the median of steps of its size. Default: 2.</summary>
    public double CollectiveFactor { get; init => field = Above(value, 1); } = 2;

    /// <summary>A step is slow above this multiple of the median of steps of its size. Default: 1.3.</summary>
    public double SlowStepFactor { get; init => field = Above(value, 1); } = 1.3;

    /// <summary>The batch changes by at least this part of the median of the iterations before. Default: 0.25.</summary>
    public double BatchChange { get; init => field = Part(value); } = 0.25;

    /// <summary>The L2 hit rate falls by at least this much below the median of the iterations before. Default: 0.1.</summary>
    public double L2Fall { get; init => field = Part(value); } = 0.1;

    /// <summary>Pins rise by at least this part of the KV pool (64 MB where the pool is not recorded). Default: 0.01.</summary>
    public double PinRise { get; init => field = Part(value); } = 0.01;

    /// <summary>Iterations before a step whose median batch, hit rate and so on is compared with. Default: 8.</summary>
    public int BaselineIterations { get; init => field = value is >= 2 and <= 10_000 ? value : throw new ArgumentOutOfRangeException(nameof(BaselineIterations), value, "2 to 10000"); } = 8;

    /// <summary>A chain is reported when, had the iterations come in any other order, at most so many like it were to be expected. Default: 0.001.</summary>
    public double LargestChance { get; init => field = Above(value, 0); } = 0.001;

    /// <summary>A chain is reported when, of events that have nothing to do with each other, at most so many chains as close together were to be expected. Default: 0.05.</summary>
    public double LargestCoincidence { get; init => field = Above(value, 0); } = 0.05;

    /// <summary>Limits of the regimes, for the isolation chain.</summary>
    public RegimeThresholds Regimes { get; init => field = value ?? throw new ArgumentNullException(nameof(Regimes)); } = new();

    private static double Above(double value, double least, [CallerMemberName] string name = "") =>
        double.IsFinite(value) && value > least ? value : throw new ArgumentOutOfRangeException(name, value, FormattableString.Invariant($"finite and above {least}"));

    private static double Part(double value, [CallerMemberName] string name = "") => value is > 0 and < 1 ? value : throw new ArgumentOutOfRangeException(name, value, "above 0 and below 1");
}
