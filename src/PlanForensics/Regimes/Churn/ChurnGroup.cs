namespace PlanForensics.Regimes.Churn;

/// <summary>Churn of the steps of one regime, in the whole timeline or in one window. Steps are engine steps, each rank for itself, unless said otherwise.</summary>
public sealed record ChurnGroup
{
    /// <summary>The regime.</summary>
    public required Regime Regime { get; init; }

    /// <summary>Engine iterations: all ranks of one count once.</summary>
    public required int Iterations { get; init; }

    /// <summary>Engine steps, each rank for itself.</summary>
    public required int Steps { get; init; }

    /// <summary>Algorithm ids.</summary>
    public required Histogram Algorithms { get; init; }

    /// <summary>Kernel variants.</summary>
    public required Histogram KernelVariants { get; init; }

    /// <summary>Precision paths.</summary>
    public required Histogram PrecisionPaths { get; init; }

    /// <summary>Shape classes (<see cref="ShapeClass"/>).</summary>
    public required Histogram ShapeClasses { get; init; }

    /// <summary>
    /// Steps of which both it and the step before on the same rank recorded a plan: where a switch could be seen. A step belongs to its own regime, whatever the regime before.
    /// </summary>
    public required int ComparedSteps { get; init; }

    /// <summary>Of these, steps whose plan (<see cref="PlanIdentity"/>) differs from that of the step before.</summary>
    public required int Switches { get; init; }

    /// <summary>Of the switches, those between steps of one shape class: the shape does not explain them.</summary>
    public required int SwitchesWithinShape { get; init; }

    /// <summary>1,000 times <see cref="Switches"/> over <see cref="ComparedSteps"/>; null where nothing could be compared.</summary>
    public double? SwitchesPerThousand => ComparedSteps == 0 ? null : 1000.0 * Switches / ComparedSteps;

    /// <summary>Fallbacks, dequantisations and requantisations of all ranks together.</summary>
    public required RankCounts Counts { get; init; }

    /// <summary>The same for each rank.</summary>
    public required IReadOnlyList<RankCounts> Ranks { get; init; }

    /// <summary>Queue times in milliseconds, of each request of each iteration.</summary>
    public required Quantiles QueueMs { get; init; }

    /// <summary>Device times in milliseconds.</summary>
    public required Quantiles GpuMs { get; init; }

    /// <summary>Times in collectives in milliseconds.</summary>
    public required Quantiles CommMs { get; init; }

    /// <summary>How many steps ran the expected plan.</summary>
    public required PlanConformance Conformance { get; init; }
}
