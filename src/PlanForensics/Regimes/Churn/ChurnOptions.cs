namespace PlanForensics.Regimes.Churn;

/// <summary>How churn is measured.</summary>
public sealed record ChurnOptions
{
    /// <summary>Engine steps of a window, counted in each replica. Default: 1,000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int WindowSteps { get; init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(WindowSteps), value, "a window has at least 1 step"); } = 1000;

    /// <summary>Which plan a step should have run. Default: what ran most often in the normal regime for its shape class.</summary>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public PlanExpectation Expected { get; init => field = value ?? throw new ArgumentNullException(nameof(Expected)); } = PlanExpectation.OfNormal;
}
