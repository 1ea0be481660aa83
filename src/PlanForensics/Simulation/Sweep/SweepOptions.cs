using PlanForensics.Regimes;

namespace PlanForensics.Simulation.Sweep;

/// <summary>How a regime sweep is made.</summary>
public sealed record SweepOptions
{
    /// <summary>Iterations sampled from each regime, evenly over its own; default 8, 1 or more.</summary>
    public int SamplesPerRegime { get; init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(SamplesPerRegime), value, "1 or more"); } = 8;

    /// <summary>Limits of the regimes.</summary>
    public RegimeThresholds Thresholds { get; init; } = new();

    /// <summary>Whether pins are searched; default true.</summary>
    public bool SearchesPins { get; init; } = true;
}
